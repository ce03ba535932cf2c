//! The two base networks (Appendix E.1).

/// A base network `CCNN_{blocks, channels}`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Base {
    pub blocks: usize,
    pub channels: usize,
}

/// `CCNN_{4,140}`.
pub const SMALL: Base = Base {
    blocks: 4,
    channels: 140,
};
/// `CCNN_{6,380}`.
pub const LARGE: Base = Base {
    blocks: 6,
    channels: 380,
};

impl Base {
    /// Twice the blocks (Appendix F).
    pub fn maximum_depth(&self) -> usize {
        2 * self.blocks
    }

    /// Twice the channels (Appendix F).
    pub fn maximum_width(&self) -> usize {
        2 * self.channels
    }
}
