//! libFuzzer at [`rollcall_fuzz::query_strings`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rollcall_fuzz::query_strings(bytes));
