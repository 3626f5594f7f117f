//! libFuzzer at [`rollcall_fuzz::names`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rollcall_fuzz::names(bytes));
