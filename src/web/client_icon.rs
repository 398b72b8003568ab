//! Owns where a client's icon stands on this server. Its name holds the digest of its bytes, so what stands there never
//! changes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::digest::Digest;

/// The path below the issuer's own.
pub const PATH: &str = "/static/client-icons/{name}";

/// The path of an icon from the server's root, as pages name it.
#[must_use]
pub fn address(issuer_path: &str, digest: &Digest) -> String {
    let name = URL_SAFE_NO_PAD.encode(digest.as_bytes());
    format!("{issuer_path}{}", PATH.replace("{name}", &name))
}

/// The digest of a name; none if nothing of ours has such a name.
#[must_use]
pub fn digest(name: &str) -> Option<Digest> {
    Digest::from_bytes(&URL_SAFE_NO_PAD.decode(name).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_its_digest_and_nothing_else_does() {
        let known = Digest::from_bytes(&[0xfb; 32]).unwrap();
        let address = address("/auth", &known);
        let name = address.strip_prefix("/auth/static/client-icons/").unwrap();
        assert_eq!(digest(name), Some(known));
        for other in ["", "x", &name[1..], &format!("{name}="), &name.replace('-', "+")] {
            assert_eq!(digest(other), None, "{other}");
        }
    }
}
