//! The target `remembered_reading` under libFuzzer; what it holds to stands in `fuzz/targets`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| portreeve_fuzz::remembered_reading(data));
