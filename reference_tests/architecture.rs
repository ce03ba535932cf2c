//! The found architecture: its JSON and text, and parameter counts done by hand.

#[path = "common/searches.rs"]
mod searches;

use dnarch::network::{
    Architecture, BlockArchitecture, Decoder, Network, NetworkConfiguration, Variant,
};
use searches::{configuration, resize};

/// Two weight matrices of 128 by 128 with their biases: the kernel network up to its head.
const TRUNK: usize = 2 * (128 * 128 + 128);

fn network(configuration: NetworkConfiguration) -> Network<f32> {
    Network::new(configuration).unwrap()
}

/// One block of at most 4 channels on 8 samples, its masks moved.
fn small() -> Network<f32> {
    let mut network = network(NetworkConfiguration {
        base: "ccnn-1-2".parse().unwrap(),
        ..configuration(&[8], "k,r,w,d", Decoder::Classification)
    });
    for (mask, size) in [
        ("n_in", 0.5),
        ("n_mid", 0.2),
        ("n_out", 0.8),
        ("resolution.0", 0.55),
        ("kernel.0", 0.55),
        ("mask.depth", 0.75),
    ] {
        resize(&mut network, mask, size);
    }
    network
}

#[test]
fn masks_are_read_as_sizes() {
    let a = small().architecture(0.5).unwrap();
    assert_eq!(a.schema, "dnarch-architecture/1");
    assert_eq!(a.schema, Architecture::SCHEMA);
    assert_eq!(
        (&*a.base, &*a.components, &*a.variant),
        ("ccnn-1-2", "k,r,w,d", "gated")
    );
    assert_eq!((a.maximum_width, a.maximum_depth), (4, 2));
    assert_eq!(a.input_grid, [8]);
    assert!((a.depth - 1.5).abs() < 1e-6);
    // The second block's mask lies at 1, beyond x_T = 0.5.
    assert_eq!(a.active_blocks, 1);
    let [block] = &a.blocks[..] else {
        panic!("{} blocks", a.blocks.len())
    };
    assert!((block.kernel[0] - 0.55 * 8.0).abs() < 1e-5, "{block:?}");
    assert_eq!(block.kernel_taps, [5]);
    assert!((block.resolution[0] - 4.4).abs() < 1e-5, "{block:?}");
    assert_eq!(block.resolution_samples, [5]);
    for (width, expected) in block.width.iter().zip([2.0, 0.8, 3.2]) {
        assert!((width - expected).abs() < 1e-5, "{block:?}");
    }
    assert_eq!(block.channels, [2, 1, 3]);
    // At the first position, with mu = 0.5 - ln(9) / 8.
    let mask = 1.0 - 1.0 / (1.0 + (-8.0 * (-1.0 - (0.5 - 9f64.ln() / 8.0))).exp());
    assert!((block.depth_mask - mask).abs() < 1e-6, "{block:?}");
}

#[test]
fn stored_and_active_parameters_are_counted() {
    let a = small().architecture(1.0).unwrap();
    let encoder = 4 * 2 + 4 + 2 * 4;
    let masks = 1 + 1 + 3;
    let head = 4 * 128 + 4;
    let block = 2 * 4 + head + 4 + 2 * (4 * 4 + 4) + masks;
    let depth = 1;
    let decoder = 2 * 4 + (3 * 4 + 3);
    let stored = TRUNK + encoder + 2 * block + depth + decoder;
    assert_eq!(a.stored_parameters, stored);

    let encoder = 2 * 2 + 2 + 2 * 2;
    let head = 2 * 128 + 2;
    let block = 2 * 2 + head + 2 + (2 + 1) + (3 + 3) + masks;
    // The stream is as wide as the wider of N_in and N_out.
    let decoder = 2 * 3 + (3 * 3 + 3);
    assert_eq!(
        a.active_parameters,
        TRUNK + encoder + block + depth + decoder
    );
}

#[test]
fn variants_differ_in_the_width_of_the_stream() {
    let active = |variant| {
        let mut network = network(NetworkConfiguration {
            variant,
            base: "ccnn-1-2".parse().unwrap(),
            ..configuration(&[8], "w", Decoder::Classification)
        });
        resize(&mut network, "n_in", 0.8);
        resize(&mut network, "n_out", 0.5);
        network.architecture(1.0).unwrap().active_parameters as i64
    };
    // Each channel of the stream has five values in the decoder, each of the encoder's five.
    let (decoder, encoder) = (2 + 3, 2 + 1 + 2);
    assert_eq!(active(Variant::Stream), active(Variant::Gated) - decoder);
    assert_eq!(
        active(Variant::Branch),
        active(Variant::Gated) + decoder + encoder
    );
}

/// The paper's two base networks on colour images of ten classes. Per block 2N^2 + 5N values: two
/// linear layers with bias, a normalisation, the convolution's bias; and N * 129 of the kernel
/// network's head. The paper prints 200K and 2M; the fixed Fourier features are not counted here,
/// and without learned components there are no masks.
#[test]
fn the_plain_base_networks_have_their_known_sizes() {
    for (base, blocks, n, expected) in [
        ("ccnn-4-140", 4, 140, 267_394),
        ("ccnn-6-380", 6, 380, 2_078_194),
    ] {
        let plain = NetworkConfiguration {
            base: base.parse().unwrap(),
            inputs: 3,
            outputs: 10,
            ..configuration(&[3, 3], "none", Decoder::Classification)
        };
        let a = network(plain.clone()).architecture(1.0).unwrap();
        let by_hand = blocks * (2 * n * n + 5 * n + 129 * n)
            + TRUNK
            + (3 * n + n + 2 * n)
            + 2 * n
            + (10 * n + 10);
        assert_eq!(
            (a.stored_parameters, a.active_parameters),
            (by_hand, by_hand)
        );
        assert_eq!(by_hand, expected);
        assert_eq!(a.active_blocks, blocks);
        assert!(a.blocks.iter().all(|block| block.channels == [n; 3]));
    }
}

/// A mask is one number: two of a kernel, two of a resolution and three widths in each of eight
/// blocks on two axes, and the depth.
#[test]
fn masks_add_few_parameters() {
    let stored = |components| {
        let configuration = configuration(&[3, 3], components, Decoder::Dense);
        network(configuration).stored_parameters()
    };
    assert_eq!(stored("k,r,w,d") - stored("w,d"), 4 * (2 + 2));
    assert_eq!(stored("k,r") - stored("none"), 2 * (2 + 2));
}

#[test]
fn json_comes_back_the_same() {
    for components in ["none", "k,r,w,d"] {
        let network = network(configuration(&[6, 7], components, Decoder::Dense));
        let architecture = network.architecture(0.9).unwrap();
        let text = serde_json::to_string_pretty(&architecture).unwrap();
        assert!(text.contains("\"schema\": \"dnarch-architecture/1\""));
        let back: Architecture = serde_json::from_str(&text).unwrap();
        assert_eq!(back, architecture);
    }
}

#[test]
fn text_is_the_papers_table() {
    let architecture = Architecture {
        schema: Architecture::SCHEMA.to_string(),
        base: "ccnn-4-140".to_string(),
        components: "k,r,w,d".to_string(),
        variant: "gated".to_string(),
        input_grid: vec![32, 30],
        maximum_width: 280,
        maximum_depth: 8,
        depth: 2.496,
        active_blocks: 2,
        complexity: 1.23456e9,
        target_complexity: 1.25e9,
        complexity_ratio: 0.987648,
        active_parameters: 123_456,
        stored_parameters: 654_321,
        blocks: vec![
            BlockArchitecture {
                kernel: vec![4.4, 0.2],
                kernel_taps: vec![5, 3],
                resolution: vec![31.2, 30.0],
                resolution_samples: vec![32, 30],
                width: [140.2, 9.9, 280.0],
                channels: [140, 10, 280],
                depth_mask: 0.996,
            },
            BlockArchitecture {
                kernel: vec![32.0, 29.6],
                kernel_taps: vec![33, 31],
                resolution: vec![7.9, 1.0],
                resolution_samples: vec![8, 1],
                width: [1.0, 2.0, 3.0],
                channels: [1, 2, 3],
                depth_mask: 0.25,
            },
        ],
    };
    let expected = "\
DNArch_{K,R,W,D}(ccnn-4-140), input 32 x 30, 2 of 8 blocks active (continuous depth 2.50)
complexity 1.2346e9 of target 1.2500e9 operations a sample: 0.99x; 123456 active parameters of 654321 stored
block  kernel size  resolution  width [N_in N_mid N_out]  depth mask
    1          4 1       32 30          [ 140   10  280]        1.00
    2        32 30         8 1          [   1    2    3]        0.25
";
    assert_eq!(architecture.to_string(), expected);
}
