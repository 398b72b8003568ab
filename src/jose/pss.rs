//! Owns what a key for RSA-PSS says of itself: it may be for one hash, one mask and long salts only (RFC 4055 §3.1). PS256 is
//! one choice of these (RFC 7518 §3.5), and a key for another one must not sign it. It reads DER (X.690), no more of it than
//! stands there.

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
const INTEGER: u8 = 0x02;
const NULL: &[u8] = &[0x05, 0x00];
/// The fields of `RSASSA-PSS-params`, by their tags: 0 to 3.
const FIELDS: [u8; 4] = [0xa0, 0xa1, 0xa2, 0xa3];

/// 1.2.840.113549.1.1.10
const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
/// 1.2.840.113549.1.1.8
const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
/// 2.16.840.1.101.3.4.2.1
const SHA_256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// The salt of PS256, in bytes. What a key says is the shortest that it is for.
const SALT: u8 = 32;

/// Whether a key may sign PS256, from its `SubjectPublicKeyInfo`. One without parameters may sign anything.
pub(super) fn allows_ps256(key_info: &[u8]) -> bool {
    allowed(key_info).unwrap_or(false)
}

fn allowed(key_info: &[u8]) -> Option<bool> {
    let (info, _) = expect(key_info, SEQUENCE)?;
    let (algorithm, _) = expect(info, SEQUENCE)?;
    let (name, parameters) = expect(algorithm, OBJECT_IDENTIFIER)?;
    if name != RSASSA_PSS {
        return None;
    }
    if parameters.is_empty() || parameters == NULL {
        return Some(true);
    }
    let (mut fields, _) = expect(parameters, SEQUENCE)?;
    // What is left out is SHA-1, with a salt of 20 bytes.
    let (mut hash, mut mask, mut salt, mut trailer) = (false, false, true, true);
    while !fields.is_empty() {
        let (tag, value, rest) = element(fields)?;
        match FIELDS.iter().position(|field| *field == tag)? {
            0 => hash = is_sha_256(value),
            1 => {
                let (algorithm, _) = expect(value, SEQUENCE)?;
                let (name, hash) = expect(algorithm, OBJECT_IDENTIFIER)?;
                mask = name == MGF1 && is_sha_256(hash);
            }
            2 => salt = matches!(expect(value, INTEGER)?.0, [bytes] if *bytes <= SALT),
            _ => trailer = expect(value, INTEGER)?.0 == [1],
        }
        fields = rest;
    }
    Some(hash && mask && salt && trailer)
}

fn is_sha_256(algorithm: &[u8]) -> bool {
    let named = || {
        let (algorithm, _) = expect(algorithm, SEQUENCE)?;
        expect(algorithm, OBJECT_IDENTIFIER)
    };
    named().is_some_and(|(name, parameters)| name == SHA_256 && (parameters.is_empty() || parameters == NULL))
}

/// What an element of this kind holds, and what follows it.
fn expect(bytes: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, value, rest) = element(bytes)?;
    (tag == wanted).then_some((value, rest))
}

/// The kind of the first element, what it holds, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, bytes) = bytes.split_first()?;
    let (first, bytes) = bytes.split_first()?;
    let (length, bytes) = match first {
        short @ 0..0x80 => (usize::from(*short), bytes),
        long => {
            let (length, bytes) = bytes.split_at_checked(usize::from(long & 0x7f))?;
            if length.len() > 3 {
                return None;
            }
            let length = length.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
            (length, bytes)
        }
    };
    let (value, rest) = bytes.split_at_checked(length)?;
    Some((*tag, value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A `SubjectPublicKeyInfo` without the key: an algorithm with these parameters.
    fn info(parameters: &[u8]) -> Vec<u8> {
        let wrapped = |tag: u8, value: &[u8]| [&[tag, u8::try_from(value.len()).unwrap()], value].concat();
        let algorithm = [wrapped(OBJECT_IDENTIFIER, RSASSA_PSS).as_slice(), parameters].concat();
        wrapped(SEQUENCE, &wrapped(SEQUENCE, &algorithm))
    }

    /// What OpenSSL writes for a hash, a mask's hash (the last byte of their names) and a salt.
    fn parameters(hash: u8, mask: u8, salt: u8) -> Vec<u8> {
        let mut bytes = vec![0x30, 0x34, 0xa0, 0x0f, 0x30, 0x0d, 0x06, 0x09];
        bytes.extend_from_slice(&SHA_256[..8]);
        bytes.extend_from_slice(&[hash, 0x05, 0x00, 0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09]);
        bytes.extend_from_slice(MGF1);
        bytes.extend_from_slice(&[0x30, 0x0d, 0x06, 0x09]);
        bytes.extend_from_slice(&SHA_256[..8]);
        bytes.extend_from_slice(&[mask, 0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, salt]);
        bytes
    }

    #[test]
    fn a_key_for_another_hash_mask_or_salt_is_none_for_ps256() {
        for (parameters, allowed) in [
            (Vec::new(), true),
            (NULL.to_vec(), true),
            (parameters(1, 1, 32), true),
            (parameters(1, 1, 20), true),
            (parameters(1, 1, 33), false),
            (parameters(2, 1, 32), false),
            (parameters(1, 2, 32), false),
            // SHA-1 for all of it.
            (vec![0x30, 0x00], false),
        ] {
            assert_eq!(allows_ps256(&info(&parameters)), allowed, "{parameters:02x?}");
        }
    }

    #[test]
    fn what_is_cut_off_or_altered_allows_nothing_and_ends() {
        let whole = info(&parameters(1, 1, 32));
        for place in 0..whole.len() {
            assert!(!allows_ps256(&whole[..place]));
            let mut altered = whole.clone();
            altered[place] = 0xff;
            let _ = allows_ps256(&altered);
        }
        assert!(!allows_ps256(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]));
    }
}
