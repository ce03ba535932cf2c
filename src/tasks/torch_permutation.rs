//! The random order PyTorch's `random_split` gives with a seeded CPU generator.
//!
//! The S4 and CCNN repositories split CIFAR10 by it with seed 42, so reproducing their validation
//! set takes PyTorch's generator, MT19937 (Matsumoto & Nishimura 1998).

const STATE: usize = 624;
const SHIFT: usize = 397;

/// `torch.randperm(n, generator=torch.Generator().manual_seed(seed))` on the CPU.
///
/// # Panics
/// If `n` exceeds 2^32, where one draw no longer covers the range.
pub fn torch_permutation(n: usize, seed: u32) -> Vec<usize> {
    assert!(n as u64 <= 1 << 32, "a permutation of {n} elements");
    let mut generator = MersenneTwister::new(seed);
    let mut order: Vec<usize> = (0..n).collect();
    for i in 0..n {
        let draw = generator.draw() as usize % (n - i);
        order.swap(i, i + draw);
    }
    order
}

struct MersenneTwister {
    state: [u32; STATE],
    position: usize,
}

impl MersenneTwister {
    fn new(seed: u32) -> Self {
        let mut state = [seed; STATE];
        for i in 1..STATE {
            let previous = state[i - 1];
            state[i] = (previous ^ (previous >> 30))
                .wrapping_mul(1_812_433_253)
                .wrapping_add(i as u32);
        }
        MersenneTwister {
            state,
            position: STATE,
        }
    }

    /// 32 uniform bits.
    fn draw(&mut self) -> u32 {
        if self.position == STATE {
            self.twist();
        }
        let mut bits = self.state[self.position];
        self.position += 1;
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9d2c_5680;
        bits ^= (bits << 15) & 0xefc6_0000;
        bits ^ (bits >> 18)
    }

    fn twist(&mut self) {
        for i in 0..STATE {
            let joined =
                (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % STATE] & 0x7fff_ffff);
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + SHIFT) % STATE] ^ (joined >> 1) ^ odd;
        }
        self.position = 0;
    }
}
