//! The XOR that clients put over their payloads.

/// Unmasks (or masks) in place. `offset` is how much of the frame's payload came before.
pub(super) fn apply(bytes: &mut [u8], mut key: [u8; 4], offset: usize) {
    key.rotate_left(offset % 4);
    let half = u32::from_ne_bytes(key);
    let wide = u64::from(half) << 32 | u64::from(half);
    // Both halves are the key in memory order, so the byte order of the machine does not matter.
    let (chunks, tail) = bytes.as_chunks_mut::<8>();
    for chunk in chunks {
        *chunk = (u64::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in tail.iter_mut().zip(key.iter().cycle()) {
        *byte ^= mask;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn masking_is_the_bytewise_definition(
            payload in any::<Vec<u8>>(),
            key: [u8; 4],
            offset in 0usize..9,
        ) {
            let expected: Vec<u8> =
                payload.iter().enumerate().map(|(i, b)| b ^ key[(i + offset) % 4]).collect();
            let mut masked = payload;
            super::apply(&mut masked, key, offset);
            prop_assert_eq!(masked, expected);
        }
    }
}
