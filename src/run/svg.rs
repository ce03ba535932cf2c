//! The little SVG that the hand-drawn pictures share.

/// The colour of text and outlines.
pub const INK: &str = "#222222";

/// Where a text's position is.
#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A document of `width` by `height` pixels on white.
pub fn document(width: f64, height: f64, body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"sans-serif\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{body}</svg>\n"
    )
}

/// `content` at baseline `(x, y)`, in a font of `size` pixels.
pub fn text(x: f64, y: f64, size: f64, anchor: Anchor, content: &str) -> String {
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" \
         fill=\"{INK}\">{}</text>\n",
        escaped(content)
    )
}

/// A rectangle; `style` holds its fill and stroke attributes.
pub fn rectangle(x: f64, y: f64, width: f64, height: f64, style: &str) -> String {
    format!(
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" {style}/>\n"
    )
}

/// A straight line; `style` holds its stroke attributes.
pub fn line(from: (f64, f64), to: (f64, f64), style: &str) -> String {
    format!(
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" {style}/>\n",
        from.0, from.1, to.0, to.1
    )
}

/// A number in about four characters.
pub fn short(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".to_string()
    } else if !(0.001..100_000.0).contains(&size) {
        format!("{value:.1e}")
    } else if size >= 100.0 {
        format!("{value:.0}")
    } else {
        let digits = (2 - size.log10().floor() as i32).max(0) as usize;
        let fixed = format!("{value:.digits$}");
        fixed
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_string()
    }
}

/// `content` without the characters that XML reserves or forbids.
fn escaped(content: &str) -> String {
    let mut safe = String::with_capacity(content.len());
    for character in content.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            control if control.is_control() => safe.push(' '),
            '\u{fffe}' | '\u{ffff}' => safe.push(' '),
            plain => safe.push(plain),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_characters_are_escaped() {
        let shown = text(0.0, 0.0, 12.0, Anchor::Start, "a<b & \u{1}c>");
        assert!(shown.contains(">a&lt;b &amp;  c&gt;</text>"), "{shown}");
    }

    #[test]
    fn numbers_are_short() {
        let numbers = [0.0, 1.0, 0.1, -0.25, 12.345, 1234.5, 1e-5, 2.5e6, f64::NAN];
        let shown: Vec<String> = numbers.into_iter().map(short).collect();
        assert_eq!(
            shown,
            [
                "0", "1", "0.1", "-0.25", "12.3", "1234", "1.0e-5", "2.5e6", "NaN"
            ]
        );
    }
}
