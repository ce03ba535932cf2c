//! A verification as one self-contained HTML page.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::markdown;
use super::verification::Verification;

/// The Markdown page of `verification` as HTML, with the picture `plot` (SVG) inside it.
pub fn page(verification: &Verification, plot: &str) -> String {
    let source = markdown::page(verification, "plot");
    let parser = Parser::new_ext(&source, Options::ENABLE_TABLES);
    let mut events = Vec::new();
    let mut in_picture = false;
    for event in parser {
        match event {
            Event::Start(Tag::Image { .. }) => {
                in_picture = true;
                events.push(Event::InlineHtml(CowStr::from(format!(
                    "<figure>{plot}</figure>"
                ))));
            }
            Event::End(TagEnd::Image) => in_picture = false,
            // The picture's description, which SVG has no need of.
            Event::Text(_) if in_picture => {}
            Event::Start(Tag::Table(_)) => {
                events.push(Event::Html(CowStr::from("<div class=\"wide\">")));
                events.push(event);
            }
            Event::End(TagEnd::Table) => {
                events.push(event);
                events.push(Event::Html(CowStr::from("</div>\n")));
            }
            // A heading's text is its name, to which the overview links.
            Event::Text(text) => {
                if let Some(Event::Start(Tag::Heading { id, .. })) = events.last_mut() {
                    *id = Some(text.clone());
                }
                events.push(Event::Text(text));
            }
            other => events.push(other),
        }
    }
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>What the tables confirm: DNArch</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n{body}</body>\n</html>\n"
    )
}

const STYLE: &str = "\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
h2, h3 { margin-top: 2em; }
table { border-collapse: collapse; font-size: 0.9em; }
th, td { text-align: left; vertical-align: top; padding: 0.25em 0.75em 0.25em 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
.wide { overflow-x: auto; }
figure { margin: 1rem 0; }
figure svg { width: 100%; height: auto; }
code { overflow-wrap: anywhere; }
";
