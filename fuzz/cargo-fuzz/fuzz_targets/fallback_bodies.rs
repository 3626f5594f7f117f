//! libFuzzer at [`rollcall_fuzz::fallback_bodies`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rollcall_fuzz::fallback_bodies(bytes));
