//! libFuzzer at [`rollcall_fuzz::api_bodies`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rollcall_fuzz::api_bodies(bytes));
