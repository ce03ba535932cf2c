//! Tables 6 to 8: the architectures found with K, R, W and D learned.
//!
//! Tables 7 and 8 print their rows without task names; tasks follow from the section headings,
//! the order, the depth and the largest resolution. Sizes are `[Y X]` on images.

use super::Base;
use super::base::{LARGE, SMALL};

/// A residual block as printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// Kernel size on each axis, in taps.
    pub kernel: &'static [usize],
    /// Resolution on each axis, in samples.
    pub resolution: &'static [usize],
    /// `[N_in, N_mid, N_out]`.
    pub width: [usize; 3],
    /// What is doubtful about the cells, or empty.
    pub note: &'static str,
}

impl Block {
    const fn noted(self, note: &'static str) -> Self {
        Block { note, ..self }
    }

    /// The number of positions at the printed resolution, all axes together.
    pub fn positions(&self) -> usize {
        self.resolution.iter().product()
    }
}

const fn block(kernel: &'static [usize], resolution: &'static [usize], width: [usize; 3]) -> Block {
    Block {
        kernel,
        resolution,
        width,
        note: "",
    }
}

/// A printed architecture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrintedArchitecture {
    /// 6, 7 or 8.
    pub table: usize,
    /// The task, written as in Tables 4 and 5 of [`crate::run::presets`].
    pub task: &'static str,
    /// The base network whose complexity was the target.
    pub base: Base,
    /// Samples of the input on each axis (Appendix D).
    pub grid: &'static [usize],
    /// The printed depth.
    pub depth: usize,
    /// From input to output.
    pub blocks: &'static [Block],
}

const fn architecture(
    table: usize,
    task: &'static str,
    base: Base,
    grid: &'static [usize],
    depth: usize,
    blocks: &'static [Block],
) -> PrintedArchitecture {
    PrintedArchitecture {
        table,
        task,
        base,
        grid,
        depth,
        blocks,
    }
}

impl PrintedArchitecture {
    /// Such as `Table 7, cosmic`.
    pub fn name(&self) -> String {
        format!("Table {}, {}", self.table, self.task)
    }

    /// The number of positions of the input, all axes together.
    pub fn positions(&self) -> usize {
        self.grid.iter().product()
    }
}

/// The fourteen printed architectures.
#[rustfmt::skip]
pub const ARCHITECTURES: &[PrintedArchitecture] = &[
    architecture(6, "listops", SMALL, &[2048], 8, LISTOPS_6),
    architecture(6, "text", SMALL, &[4096], 8, TEXT_6),
    architecture(6, "retrieval", SMALL, &[4000], 8, RETRIEVAL_6),
    architecture(6, "image", SMALL, &[1024], 8, IMAGE_6),
    architecture(6, "pathfinder", SMALL, &[1024], 8, PATHFINDER_6),
    architecture(6, "path-x", SMALL, &[16384], 5, PATH_X_6),
    architecture(7, "cifar10", SMALL, &[32, 32], 8, CIFAR10_7),
    architecture(7, "cifar100", SMALL, &[32, 32], 8, CIFAR100_7),
    architecture(7, "darcyflow", SMALL, &[85, 85], 3, DARCYFLOW_7),
    architecture(7, "cosmic", SMALL, &[128, 128], 6, COSMIC_7),
    architecture(8, "cifar10", LARGE, &[32, 32], 12, CIFAR10_8),
    architecture(8, "cifar100", LARGE, &[32, 32], 12, CIFAR100_8),
    architecture(8, "darcyflow", LARGE, &[85, 85], 7, DARCYFLOW_8),
    architecture(8, "cosmic", LARGE, &[128, 128], 12, COSMIC_8),
];

#[rustfmt::skip]
const LISTOPS_6: &[Block] = &[
    block(&[266], &[2048], [150, 189, 145]),
    block(&[569], &[632], [150, 168, 168]),
    block(&[1401], &[1416], [176, 186, 162]),
    block(&[310], &[310], [166, 175, 153]),
    block(&[213], &[213], [154, 159, 163]),
    block(&[12], &[301], [168, 128, 162]),
    block(&[5], &[250], [170, 158, 153]),
    block(&[24], &[502], [153, 171, 165]),
];

#[rustfmt::skip]
const TEXT_6: &[Block] = &[
    block(&[445], &[2284], [180, 217, 205]),
    block(&[691], &[2939], [208, 176, 153]),
    block(&[1420], &[1420], [152, 152, 120]),
    block(&[415], &[1313], [120, 120, 147]),
    block(&[1467], &[1467], [147, 118, 135]),
    block(&[52], &[594], [134, 173, 153]),
    block(&[101], &[932], [150, 156, 183]),
    block(&[149], &[1036], [180, 92, 192]),
];

#[rustfmt::skip]
const RETRIEVAL_6: &[Block] = &[
    block(&[2], &[1913], [29, 33, 172]),
    block(&[136], &[2058], [184, 174, 183]),
    block(&[1013], &[2363], [205, 171, 161]),
    block(&[1446], &[2724], [188, 164, 115]),
    block(&[7], &[2604], [29, 29, 163]),
    block(&[1], &[2756], [29, 35, 154]),
    block(&[6], &[3545], [71, 110, 147]),
    block(&[1], &[3899], [71, 88, 137]),
];

#[rustfmt::skip]
const IMAGE_6: &[Block] = &[
    block(&[203], &[1024], [118, 155, 147]),
    block(&[279], &[1024], [146, 172, 164]),
    block(&[219], &[486], [173, 166, 196]),
    block(&[308], &[308], [199, 197, 196]),
    block(&[144], &[144], [207, 197, 92]),
    block(&[8], &[125], [106, 29, 75]),
    block(&[30], &[96], [78, 28, 110]).noted("N_mid 28 where every other clamped width is 29; resolution 96 is below the minimum of tau 25"),
    block(&[40], &[126], [104, 51, 104]),
];

#[rustfmt::skip]
const PATHFINDER_6: &[Block] = &[
    block(&[195], &[1024], [109, 140, 171]),
    block(&[493], &[770], [171, 168, 158]),
    block(&[418], &[507], [144, 183, 170]),
    block(&[318], &[318], [173, 187, 178]),
    block(&[236], &[236], [182, 162, 160]),
    block(&[231], &[231], [161, 121, 103]),
    block(&[8], &[251], [105, 47, 210]),
    block(&[4], &[253], [116, 29, 188]),
];

#[rustfmt::skip]
const PATH_X_6: &[Block] = &[
    block(&[2484], &[15331], [280, 174, 157]),
    block(&[7204], &[7204], [177, 280, 159]),
    block(&[3669], &[3772], [167, 280, 98]),
    block(&[2323], &[5496], [123, 164, 164]),
    block(&[513], &[4768], [136, 128, 195]),
];

#[rustfmt::skip]
const CIFAR10_7: &[Block] = &[
    block(&[9, 7], &[32, 32], [142, 139, 145]),
    block(&[12, 8], &[32, 32], [145, 160, 157]),
    block(&[25, 7], &[32, 20], [158, 186, 182]),
    block(&[9, 10], &[9, 15], [186, 208, 168]),
    block(&[1, 13], &[5, 15], [169, 177, 150]),
    block(&[1, 10], &[6, 11], [151, 139, 156]),
    block(&[5, 1], &[15, 4], [154, 115, 110]),
    block(&[6, 5], &[11, 7], [108, 41, 166]),
];

#[rustfmt::skip]
const CIFAR100_7: &[Block] = &[
    block(&[13, 7], &[32, 32], [104, 107, 116]),
    block(&[6, 10], &[32, 32], [114, 134, 134]),
    block(&[11, 8], &[22, 22], [139, 192, 166]),
    block(&[13, 7], &[16, 18], [173, 201, 197]),
    block(&[8, 12], &[10, 12], [205, 251, 51]),
    block(&[1, 1], &[8, 9], [62, 56, 157]),
    block(&[5, 9], &[8, 10], [162, 175, 254]),
    block(&[8, 7], &[9, 9], [280, 280, 280]),
];

#[rustfmt::skip]
const DARCYFLOW_7: &[Block] = &[
    block(&[43, 38], &[80, 72], [156, 280, 107]),
    block(&[22, 22], &[22, 22], [180, 204, 78]),
    block(&[76, 76], &[85, 85], [280, 280, 50]),
];

#[rustfmt::skip]
const COSMIC_7: &[Block] = &[
    block(&[94, 111], &[128, 128], [18, 110, 23]).noted("N_in and N_out lie below the minimum of tau 25"),
    block(&[2, 13], &[20, 45], [186, 207, 139]),
    block(&[129, 129], &[129, 129], [126, 265, 100]).noted("129 is more than the 128 samples of the input"),
    block(&[129, 121], &[129, 129], [78, 105, 59]).noted("129 is more than the 128 samples of the input"),
    block(&[90, 89], &[129, 129], [57, 201, 197]).noted("129 is more than the 128 samples of the input"),
    block(&[76, 74], &[76, 74], [202, 145, 216]),
];

#[rustfmt::skip]
const CIFAR10_8: &[Block] = &[
    block(&[4, 7], &[32, 32], [380, 328, 384]),
    block(&[9, 10], &[32, 32], [384, 371, 393]),
    block(&[12, 6], &[32, 32], [392, 361, 391]),
    block(&[20, 6], &[32, 32], [388, 370, 421]),
    block(&[10, 11], &[23, 26], [421, 417, 486]).noted("the column of kernels has a pair too many; which of blocks 5 to 8 it belongs to is open"),
    block(&[11, 11], &[12, 22], [496, 444, 479]).noted("as block 5"),
    block(&[1, 11], &[6, 11], [493, 482, 304]).noted("as block 5"),
    block(&[1, 6], &[5, 21], [211, 78, 384]).noted("as block 5"),
    block(&[29, 4], &[32, 4], [363, 459, 280]),
    block(&[18, 15], &[18, 15], [277, 394, 67]),
    block(&[1, 1], &[4, 4], [111, 109, 361]),
    block(&[4, 3], &[21, 15], [121, 374, 449]),
];

#[rustfmt::skip]
const CIFAR100_8: &[Block] = &[
    block(&[8, 9], &[32, 32], [343, 273, 334]).noted("the resolution [32 32] and the widths also stand in the row above, there with N_mid 275 and N_out 354; one resolution fewer is printed than there are blocks"),
    block(&[12, 10], &[32, 32], [351, 316, 397]),
    block(&[11, 10], &[32, 32], [495, 355, 420]),
    block(&[18, 12], &[29, 21], [421, 498, 419]),
    block(&[11, 15], &[27, 24], [432, 449, 407]),
    block(&[19, 8], &[25, 20], [412, 419, 413]),
    block(&[11, 10], &[12, 23], [423, 454, 600]),
    block(&[8, 8], &[8, 9], [709, 685, 416]),
    block(&[5, 7], &[5, 8], [419, 311, 446]),
    block(&[8, 4], &[8, 4], [446, 433, 389]),
    block(&[6, 4], &[6, 4], [386, 501, 570]),
    block(&[8, 9], &[8, 9], [568, 453, 655]),
];

#[rustfmt::skip]
const DARCYFLOW_8: &[Block] = &[
    block(&[54, 49], &[54, 49], [435, 428, 289]),
    block(&[43, 47], &[70, 72], [499, 393, 284]),
    block(&[65, 69], &[85, 85], [496, 434, 281]).noted("one [85 85] more is printed than there are blocks"),
    block(&[67, 66], &[85, 85], [323, 412, 275]).noted("one [85 85] more is printed than there are blocks"),
    block(&[85, 85], &[85, 85], [319, 369, 271]).noted("one [85 85] more is printed than there are blocks"),
    block(&[85, 85], &[85, 85], [306, 379, 258]).noted("one [85 85] more is printed than there are blocks"),
    block(&[68, 68], &[85, 85], [521, 435, 271]).noted("one [85 85] more is printed than there are blocks"),
];

#[rustfmt::skip]
const COSMIC_8: &[Block] = &[
    block(&[35, 32], &[35, 33], [146, 236, 272]),
    block(&[11, 21], &[95, 72], [170, 284, 319]),
    block(&[44, 24], &[128, 128], [141, 339, 388]),
    block(&[23, 41], &[128, 128], [385, 407, 361]),
    block(&[28, 27], &[128, 128], [351, 279, 356]),
    block(&[21, 19], &[128, 128], [354, 362, 310]),
    block(&[29, 24], &[128, 128], [310, 351, 466]).noted("a second closing bracket after 466"),
    block(&[18, 25], &[128, 128], [396, 292, 183]),
    block(&[57, 16], &[128, 128], [179, 210, 580]),
    block(&[50, 11], &[127, 77], [273, 250, 63]),
    block(&[18, 12], &[89, 67], [347, 400, 77]),
    block(&[22, 23], &[97, 79], [171, 241, 79]),
];
