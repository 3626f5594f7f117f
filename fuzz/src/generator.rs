//! Inputs by the hundred thousand, the same for the same seed.
//!
//! Half of them are bytes out of nothing: for targets that read operations, each byte is one, so
//! these go deep by themselves. The other half are legal inputs with a few mutations, which pass
//! the first checks and fail later ones.

/// Draws inputs.
#[derive(Debug, Clone)]
pub struct Generator {
    state: u64,
}

impl Generator {
    /// The inputs of one seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next input, by mutation of `corpus` or out of nothing.
    pub fn input(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        if corpus.is_empty() || self.below(2) == 0 {
            return self.fresh();
        }
        let mut input = self.pick(corpus).clone();
        // Some stay as they are, since what is legal must work.
        for _ in 0..self.below(5) {
            self.mutate(&mut input, corpus);
        }
        input
    }

    fn fresh(&mut self) -> Vec<u8> {
        // Mostly short: a few operations in many orders find more than many in one.
        let length = match self.below(8) {
            0 => self.below(8),
            7 => self.below(600),
            _ => self.below(120),
        };
        // Small bytes choose small numbers, which is where most limits are.
        let range = *self.pick(&[256, 256, 64, 16]);
        (0..length).map(|_| self.below(range) as u8).collect()
    }

    fn mutate(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        match self.below(9) {
            0 => input.truncate(at),
            1 => input.insert(at, self.next() as u8),
            2 => {
                let bytes = *self.pick(TOKENS);
                input.splice(at..at, bytes.iter().copied());
            }
            3 => {
                let other = self.pick(corpus).clone();
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            4 => {
                let again = self.slice_of(input);
                input.splice(at..at, again);
            }
            5 if at < input.len() => drop(input.remove(at)),
            6 if at < input.len() => input[at] ^= 1 << self.below(8),
            7 if at < input.len() => input[at] = *self.pick(&[0, 1, 0x7f, 0x80, 0xff, b'"']),
            _ if at < input.len() => input[at] = self.next() as u8,
            _ => {}
        }
    }

    fn slice_of(&mut self, input: &[u8]) -> Vec<u8> {
        let from = self.below(input.len() + 1);
        let length = self.below(MAX_REPEAT).min(input.len() - from);
        input[from..from + length].to_vec()
    }

    fn pick<'t, T>(&mut self, choices: &'t [T]) -> &'t T {
        &choices[self.below(choices.len())]
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The longest piece that is repeated.
const MAX_REPEAT: usize = 40;

/// What parsers look for.
const TOKENS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b",",
    b":",
    b"null",
    b"-1",
    b"1e400",
    b"18446744073709551616",
    b"\\ud800",
    b"\\u0000",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x8e\x89",
    b"&",
    b"=",
    b"%2",
    b"%5B%5D=",
    b"+",
    b";",
    b"client-",
    b"private-",
    b"presence-",
    b"#server-to-user-",
    b"\"event\":",
    b"\"channel\":",
    b"\"data\":",
    b"\"user_id\":",
    b"\"user_info\":{",
    b"\"rev\":",
    b"\x81\xfe",
    b"\x89\x80",
    b"\x00\x00\x00\x00",
    b"\xff\xff\xff\xff",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_inputs_each_time() {
        let corpus = [b"legal".to_vec()];
        let draw = |seed| {
            let mut generator = Generator::new(seed);
            (0..100).map(|_| generator.input(&corpus)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
