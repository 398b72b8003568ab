//! Owns chance. Production entropy is the operating system's; tests give a seeded source.

use rand::{TryRng as _, rngs::SysRng};

/// Where random bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills the buffer with unpredictable bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's random number generator.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::panic,
        reason = "a server without random numbers must not issue a single token"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = SysRng.try_fill_bytes(buffer) {
            panic!("the operating system gives no random bytes: {error}");
        }
    }
}

/// An array of random bytes.
pub fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut buffer = [0; N];
    entropy.fill(&mut buffer);
    buffer
}

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Random base62 text, each character drawn evenly (5.95 bits a character: 43 characters hold 256 bits).
pub fn base62(entropy: &dyn Entropy, length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        // 248 = 4 × 62: larger bytes are thrown away, so that no character is likelier than another.
        for byte in bytes::<64>(entropy).into_iter().filter(|byte| *byte < 248) {
            if text.len() == length {
                break;
            }
            text.push(letter(usize::from(byte % 62)));
        }
    }
    text
}

/// Random decimal digits, each drawn evenly.
pub fn digits(entropy: &dyn Entropy, length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        // 250 = 25 × 10: larger bytes are thrown away.
        let drawn = bytes::<32>(entropy).into_iter().filter(|byte| *byte < 250);
        let digits = drawn.map(|byte| char::from(b'0' + byte % 10));
        text.extend(digits.take(length - text.len()));
    }
    text
}

/// The base62 digit of a value below 62.
pub(super) fn letter(value: usize) -> char {
    ALPHABET.get(value).copied().map_or('0', char::from)
}
