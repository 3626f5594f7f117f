//! The text of an HTML fragment, for the bridge: the tutorial's page sends the `innerHTML` of its
//! field (docs/status.md S6 and 3.4 "Bridge").
//!
//! This is no sanitiser. Nothing of the markup is kept, so nothing of it can be wrong; the result
//! is plain text that a page must still treat as text.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

/// The fragment's text. Elements that start a line leave a space, the content of elements that
/// show none of it is dropped, character references are decoded.
pub(crate) fn text_of_fragment(fragment: &str) -> String {
    let mut text = Text::default();
    let mut emitter = DefaultEmitter::default();
    // After <script> the tokenizer must read on as a browser does, up to </script>.
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(fragment, emitter) {
        let Ok(token) = token;
        text.handle(token);
    }
    text.text
}

#[derive(Default)]
struct Text {
    text: String,
    /// The element whose content is being dropped.
    hidden: Option<Vec<u8>>,
}

impl Text {
    fn handle(&mut self, token: Token) {
        match token {
            Token::StartTag(tag) if self.hidden.is_none() => self.open(&tag.name),
            Token::EndTag(tag) => self.close(&tag.name),
            Token::String(text) if self.hidden.is_none() => {
                self.text.push_str(&String::from_utf8_lossy(&text));
            }
            _ => {}
        }
    }

    fn open(&mut self, name: &[u8]) {
        if HIDDEN.contains(&name) {
            self.hidden = Some(name.to_vec());
        }
        self.space_at(name);
    }

    fn close(&mut self, name: &[u8]) {
        match &self.hidden {
            Some(hidden) if hidden == name => self.hidden = None,
            Some(_) => {}
            None => self.space_at(name),
        }
    }

    fn space_at(&mut self, name: &[u8]) {
        if LINES.contains(&name) {
            self.text.push(' ');
        }
    }
}

/// Elements whose content a browser does not show.
const HIDDEN: [&[u8]; 6] = [b"script", b"style", b"iframe", b"noembed", b"noframes", b"noscript"];

/// Elements before and after which a line ends.
const LINES: [&[u8]; 24] = [
    b"address",
    b"article",
    b"aside",
    b"blockquote",
    b"br",
    b"dd",
    b"div",
    b"dl",
    b"dt",
    b"footer",
    b"h1",
    b"h2",
    b"h3",
    b"header",
    b"hr",
    b"li",
    b"main",
    b"ol",
    b"p",
    b"pre",
    b"section",
    b"td",
    b"tr",
    b"ul",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unicode::collapse_whitespace;

    #[test]
    fn s4_s5_only_the_text_of_a_fragment_is_kept() {
        let table = [
            ("in a meeting", "in a meeting"),
            ("line1<div>line2</div>", "line1 line2"),
            ("one<br>two<br/>three", "one two three"),
            ("<b>bold</b>er", "bolder"),
            ("a &lt; b &amp;&amp; c&nbsp;", "a < b && c"),
            ("<img src=x onerror=alert(1)>hi", "hi"),
            ("&lt;img src=x onerror=alert(1)&gt;", "<img src=x onerror=alert(1)>"),
            ("<script>alert('<b>')</script>after", "after"),
            ("<SCRIPT>alert(1)</SCRIPT>after", "after"),
            ("<style>*{color:red}</style>red", "red"),
            ("a<script>never closed", "a"),
            ("<iframe><p>inside</p></iframe>out", "out"),
            ("a<!-- hidden -->b", "ab"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("<p>one</p><p>two</p>", "one two"),
            ("<ul><li>x<li>y</ul>", "x y"),
            ("half <a href=", "half"),
            ("</script>stray", "stray"),
            ("&#x202e;&#0;", "\u{202e}\u{fffd}"),
            ("<svg onload=alert(1)>", ""),
        ];
        for (fragment, text) in table {
            let kept = collapse_whitespace(&text_of_fragment(fragment));
            assert_eq!(kept, text, "{fragment}");
        }
    }
}
