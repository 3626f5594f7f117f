//! libFuzzer at [`rollcall_fuzz::session_operations`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rollcall_fuzz::session_operations(bytes));
