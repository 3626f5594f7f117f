//! libFuzzer at [`rollcall_fuzz::pusher_message`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rollcall_fuzz::pusher_message(bytes));
