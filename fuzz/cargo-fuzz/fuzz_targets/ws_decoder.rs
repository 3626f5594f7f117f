//! libFuzzer at [`rollcall_fuzz::ws_decoder`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rollcall_fuzz::ws_decoder(bytes));
