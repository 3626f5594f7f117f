//! Any text as a part of a channel's name: what may not stand there is `=` and two hexadecimal digits
//! for each byte, and so is `=` itself (docs/console.md 2.8, docs/live-channels.json).

use std::fmt::Write;

/// The text as it stands in a name.
pub(crate) fn written(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"_-@,.;".contains(&byte) {
            name.push(char::from(byte));
        } else {
            write!(name, "={byte:02x}").expect("a string takes everything");
        }
    }
    name
}

/// The text of what stands in a name; none if that is cut short, or no text.
pub(crate) fn read(name: &str) -> Option<String> {
    let mut bytes = name.bytes();
    let mut text = Vec::with_capacity(name.len());
    while let Some(byte) = bytes.next() {
        text.push(match byte {
            b'=' => 16 * digit(bytes.next()?)? + digit(bytes.next()?)?,
            byte => byte,
        });
    }
    String::from_utf8(text).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
