//! Words in messages.

/// The one of `known` that differs from `name` in the fewest letters.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> &'a str {
    let name: String = name.chars().take(SHOWN).collect();
    known
        .min_by_key(|known| strsim::damerau_levenshtein(&name, known))
        .unwrap_or("")
}

const SHOWN: usize = 60;

/// `text` on one line and of bounded length, for messages.
pub fn shortened(text: &str) -> String {
    let start: String = text.chars().take(SHOWN).collect();
    let rest = if start.len() < text.len() { "..." } else { "" };
    format!("`{}{rest}`", start.escape_debug())
}
