//! Seeded chance: the same seed draws the same numbers on every machine, for ever.

/// A generator of the SplitMix64 family: tiny, and good enough to shuffle mail.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The generator of that seed.
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next number, below `bound`, which is at least 1.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.draw() % bound as u64) as usize
    }

    /// A mask for one frame of a client.
    pub fn mask(&mut self) -> [u8; 4] {
        (self.draw() as u32).to_ne_bytes()
    }
}
