//! libFuzzer at [`rollcall_fuzz::edge_operations`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rollcall_fuzz::edge_operations(bytes));
