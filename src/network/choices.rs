//! The choices that name a network: its base, the components learned, the variant of its block.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::equations::threshold::{SIGMA_GLOBAL, SIGMA_SMALL};

/// A base network `CCNN_{B,N}`, written `ccnn-B-N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Base {
    /// B, in `1..=1000`.
    pub blocks: usize,
    /// N, the width in channels, in `1..=10000`.
    pub width: usize,
}

impl Base {
    pub const ALLOWED: &str =
        "ccnn-B-N with B blocks from 1 to 1000 and N channels from 1 to 10000, such as ccnn-4-140";
}

impl FromStr for Base {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let count = |digits: &str, most: usize| {
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let value = digits.parse().ok().filter(|_| plain);
            value
                .filter(|value| (1..=most).contains(value))
                .ok_or(Self::ALLOWED)
        };
        let sizes = text.strip_prefix("ccnn-").ok_or(Self::ALLOWED)?;
        let (blocks, width) = sizes.split_once('-').ok_or(Self::ALLOWED)?;
        Ok(Base {
            blocks: count(blocks, 1000)?,
            width: count(width, 10_000)?,
        })
    }
}

impl Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "ccnn-{}-{}", self.blocks, self.width)
    }
}

/// The learned components, written as the paper's indices `k,r,w,d` or any subset, or `none`: the
/// plain CCNN with global kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Components {
    /// K: kernel sizes.
    pub kernel: bool,
    /// R: downsampling.
    pub resolution: bool,
    /// W: widths.
    pub width: bool,
    /// D: depth.
    pub depth: bool,
}

impl Components {
    pub const ALLOWED: &str = "k, r, w, d separated by commas, each at most once, or none";
}

impl FromStr for Components {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut components = Components {
            kernel: false,
            resolution: false,
            width: false,
            depth: false,
        };
        if text == "none" {
            return Ok(components);
        }
        for letter in text.split(',') {
            let component = match letter.trim() {
                "k" => &mut components.kernel,
                "r" => &mut components.resolution,
                "w" => &mut components.width,
                "d" => &mut components.depth,
                _ => return Err(Self::ALLOWED),
            };
            if std::mem::replace(component, true) {
                return Err(Self::ALLOWED);
            }
        }
        Ok(components)
    }
}

impl Display for Components {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let letters: Vec<&str> = [
            (self.kernel, "k"),
            (self.resolution, "r"),
            (self.width, "w"),
            (self.depth, "d"),
        ]
        .into_iter()
        .filter_map(|(learned, letter)| learned.then_some(letter))
        .collect();
        match letters.as_slice() {
            [] => f.write_str("none"),
            letters => f.write_str(&letters.join(",")),
        }
    }
}

macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl TryFrom<String> for $type {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> String {
                value.to_string()
            }
        }
    )*};
}
as_text!(Base, Components);

/// Where the masks of a block act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// N_in gates the block's input before identity and branch part; N_out masks the branch.
    Gated,
    /// N_in gates the block's input; N_out masks the stream after the sum.
    Stream,
    /// N_in and N_out mask the branch alone; the identity is never masked.
    Branch,
}

/// The initial size of the kernels (E.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KernelInitial {
    Small,
    Global,
}

impl KernelInitial {
    /// The initial `sigma` of the Gaussian masks, on an axis from -1 to 1.
    pub fn sigma(self) -> f64 {
        match self {
            KernelInitial::Small => SIGMA_SMALL,
            KernelInitial::Global => SIGMA_GLOBAL,
        }
    }
}

impl Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Variant::Gated => "gated",
            Variant::Stream => "stream",
            Variant::Branch => "branch",
        })
    }
}
