//! Owns the reading of one key of another provider from a file: PEM, a JWK, or a set of one JWK. What is wrong with a file
//! is said in a sentence. It does not know what the key is to be used for.

use openssl::bn::{BigNum, BigNumContext, BigNumRef};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{HasPrivate, HasPublic, Id, PKey, Private, Public};
use openssl::rsa::Rsa;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::JoseError;
use super::jwk::{PRIVATE, PublicJwk, required, text};
use super::private_jwk::PrivateJwk;
use super::pss;
use super::rsa::{self, RsaProblem};
use super::thumbprint::thumbprint;
use crate::protocol::algorithm::Algorithm;

/// The longest `kid`.
const LONGEST_KEY_ID: usize = 256;

/// A key of another provider.
#[derive(Debug)]
pub enum ImportedKey {
    /// It can sign.
    Private(PrivateJwk),
    /// It can only verify.
    Public(PublicJwk),
}

/// Why a file holds no key that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is something else.
    #[error("the file is neither PEM (-----BEGIN … KEY-----) nor a JWK")]
    Form,
    /// Which one is meant?
    #[error("the file holds {0} keys: import them one by one, each from a file of its own")]
    Several(usize),
    /// Its key is a secret.
    #[error("the key is encrypted: decrypt it first, for instance with `openssl pkey -in FILE -out KEY`")]
    Encrypted,
    /// Such as a certificate.
    #[error("the file holds a {0}, and no key")]
    NoKey(String),
    /// PEM around something else, or broken.
    #[error("the key cannot be read: the file is damaged, or of a kind that is not known here")]
    Unreadable,
    /// RFC 7518 §3.3.
    #[error("an RSA key of {0} bits is refused: 2048 to 8192 are accepted")]
    RsaSize(usize),
    /// It says which hash, mask and salt it is for (RFC 4055 §3.1), and PS256 has others (RFC 7518 §3.5).
    #[error(
        "an RSA-PSS key for another hash, mask or salt is refused: PS256 has SHA-256, MGF1 with SHA-256 and a salt of 32 \
         bytes"
    )]
    PssParameters,
    /// With an exponent of 1 a signature is its own message.
    #[error("an RSA key with this exponent is refused: it is 1, even, or very long")]
    RsaExponent,
    /// Nothing is signed with it.
    #[error("a key on the curve {0} is refused: P-256, P-384 and Ed25519 are signed with")]
    Curve(String),
    /// It is for something else.
    #[error("a key for {0} is refused: {names} are signed with", names = Algorithm::names(&Algorithm::ALL))]
    Algorithm(String),
    /// It is of another kind.
    #[error("{kind} is no key for {name}: it is one for {possible}", name = .wanted.name())]
    Kind {
        /// What it is.
        kind: &'static str,
        /// What it was to be.
        wanted: Algorithm,
        /// What it can be.
        possible: String,
    },
    /// A key is used with one algorithm (RFC 8725 §3.1).
    #[error("the file says that the key is for {said}, not for {wanted}: a key has one algorithm",
        said = .said.name(), wanted = .wanted.name())]
    OtherAlgorithm {
        /// What the file says.
        said: Algorithm,
        /// What was asked for.
        wanted: Algorithm,
    },
    /// It is for something else.
    #[error("the JWK says that it is for something else than signatures (use, key_ops)")]
    Use,
    /// What tokens cannot name.
    #[error("the kid is refused: 1 to 256 printable characters without spaces")]
    KeyId,
    /// Something else about it.
    #[error(transparent)]
    Key(#[from] JoseError),
}

impl ImportedKey {
    /// Reads the one key of a file. It keeps its `kid`, unless another one is given; without either it is its
    /// thumbprint. Its algorithm is what the file says, else what is wanted, else what its kind is mostly for.
    pub fn read(file: &str, key_id: Option<&str>, wanted: Option<Algorithm>) -> Result<Self, ImportError> {
        let file = file.trim_start_matches('\u{feff}').trim();
        let mut members = if file.starts_with('{') {
            of_json(file)?
        } else {
            of_pem(file)?
        };
        let algorithm = algorithm(&members, wanted)?;
        if algorithm.is_rsa() {
            rsa::check(&members).map_err(|problem| match problem {
                RsaProblem::Size(bits) => ImportError::RsaSize(bits),
                RsaProblem::Unreadable => ImportError::Unreadable,
                RsaProblem::Exponent => ImportError::RsaExponent,
            })?;
        }
        let named = key_id
            .map(str::to_owned)
            .or_else(|| text(&members, "kid").map(str::to_owned));
        let kid = match named {
            Some(kid) => kid,
            None => thumbprint(&required(&members, algorithm)?)?.as_str().to_owned(),
        };
        if !(1..=LONGEST_KEY_ID).contains(&kid.len()) || !kid.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ImportError::KeyId);
        }
        for (name, value) in [("kid", kid.as_str()), ("alg", algorithm.name()), ("use", "sig")] {
            members.insert(name.to_owned(), value.into());
        }
        members.remove("key_ops");
        if members.contains_key("d") {
            let json = Zeroizing::new(serde_json::to_vec(&members).map_err(JoseError::Claims)?);
            Ok(Self::Private(PrivateJwk::from_json(&json)?))
        } else {
            Ok(Self::Public(PublicJwk::from_members(&members)?))
        }
    }

    /// The part that is published.
    #[must_use]
    pub const fn public(&self) -> &PublicJwk {
        match self {
            Self::Private(key) => key.public(),
            Self::Public(key) => key,
        }
    }

    /// The part that verifies; the private one is forgotten.
    #[must_use]
    pub fn into_public(self) -> PublicJwk {
        match self {
            Self::Private(key) => key.public().clone(),
            Self::Public(key) => key,
        }
    }
}

fn of_json(file: &str) -> Result<Map<String, Value>, ImportError> {
    let Ok(Value::Object(members)) = serde_json::from_str(file) else {
        return Err(ImportError::Form);
    };
    let members = match members.get("keys") {
        None => members,
        Some(Value::Array(keys)) => match keys.as_slice() {
            [Value::Object(one)] => one.clone(),
            several => return Err(ImportError::Several(several.len())),
        },
        Some(_) => return Err(ImportError::Form),
    };
    let signs = |operations: &Vec<Value>| operations.iter().any(|one| one == "sign" || one == "verify");
    let operations = members.get("key_ops");
    let other_use = members.contains_key("use") && text(&members, "use") != Some("sig");
    if other_use || operations.is_some_and(|operations| !operations.as_array().is_some_and(signs)) {
        return Err(ImportError::Use);
    }
    let symmetric = text(&members, "kty") == Some("oct");
    if symmetric || (!members.contains_key("d") && PRIVATE.iter().any(|name| members.contains_key(*name))) {
        return Err(ImportError::Unreadable);
    }
    Ok(members)
}

fn of_pem(file: &str) -> Result<Map<String, Value>, ImportError> {
    let labels: Vec<&str> = file
        .lines()
        .filter_map(|line| line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
        // What `openssl ecparam -genkey` writes before the key.
        .filter(|label| *label != "EC PARAMETERS")
        .collect();
    let label = match labels.as_slice() {
        [] => return Err(ImportError::Form),
        [one] => *one,
        several => return Err(ImportError::Several(several.len())),
    };
    if label.contains("ENCRYPTED") || file.contains("ENCRYPTED") {
        return Err(ImportError::Encrypted);
    }
    let bytes = file.as_bytes();
    let unreadable = |_: ErrorStack| ImportError::Unreadable;
    if label.ends_with("PRIVATE KEY") {
        of_private(&PKey::private_key_from_pem(bytes).map_err(unreadable)?)
    } else if label == "RSA PUBLIC KEY" {
        let rsa = Rsa::public_key_from_pem_pkcs1(bytes).map_err(unreadable)?;
        of_public(&PKey::from_rsa(rsa).map_err(unreadable)?)
    } else if label == "PUBLIC KEY" {
        of_public(&PKey::public_key_from_pem(bytes).map_err(unreadable)?)
    } else {
        Err(ImportError::NoKey(label.to_lowercase()))
    }
}

fn number(
    members: &mut Map<String, Value>,
    name: &str,
    value: &BigNumRef,
    length: i32,
) -> Result<(), ImportError> {
    let bytes = Zeroizing::new(value.to_vec_padded(length).map_err(|_| ImportError::Unreadable)?);
    members.insert(name.to_owned(), URL_SAFE_NO_PAD.encode(&*bytes).into());
    Ok(())
}

fn of_public<T: HasPublic>(key: &PKey<T>) -> Result<Map<String, Value>, ImportError> {
    let unreadable = |_: ErrorStack| ImportError::Unreadable;
    let mut members = Map::new();
    match key.id() {
        id @ (Id::RSA | Id::RSA_PSS) => {
            let rsa = key.rsa().map_err(unreadable)?;
            members.insert("kty".to_owned(), "RSA".into());
            if id == Id::RSA_PSS {
                if !pss::allows_ps256(&key.public_key_to_der().map_err(unreadable)?) {
                    return Err(ImportError::PssParameters);
                }
                members.insert("alg".to_owned(), Algorithm::PS256.name().into());
            }
            number(&mut members, "n", rsa.n(), rsa.n().num_bytes())?;
            number(&mut members, "e", rsa.e(), rsa.e().num_bytes())?;
        }
        Id::EC => {
            let ec = key.ec_key().map_err(unreadable)?;
            let nid = ec.group().curve_name().unwrap_or(Nid::UNDEF);
            let curve = Curve::ALL.into_iter().find(|curve| curve.nid == nid);
            let unknown = || ImportError::Curve(nid.short_name().unwrap_or("unknown").to_owned());
            let curve = curve.ok_or_else(unknown)?;
            let (mut x, mut y) = (
                BigNum::new().map_err(unreadable)?,
                BigNum::new().map_err(unreadable)?,
            );
            let mut context = BigNumContext::new().map_err(unreadable)?;
            let point = ec.public_key();
            point
                .affine_coordinates(ec.group(), &mut x, &mut y, &mut context)
                .map_err(unreadable)?;
            members.insert("kty".to_owned(), "EC".into());
            members.insert("crv".to_owned(), curve.name.into());
            number(&mut members, "x", &x, curve.length)?;
            number(&mut members, "y", &y, curve.length)?;
        }
        Id::ED25519 => {
            let raw = key.raw_public_key().map_err(unreadable)?;
            members.insert("kty".to_owned(), "OKP".into());
            members.insert("crv".to_owned(), "Ed25519".into());
            members.insert("x".to_owned(), URL_SAFE_NO_PAD.encode(raw).into());
        }
        Id::ED448 | Id::X25519 | Id::X448 => return Err(ImportError::Curve("other than Ed25519".to_owned())),
        _ => return Err(ImportError::Unreadable),
    }
    Ok(members)
}

fn of_private(key: &PKey<Private>) -> Result<Map<String, Value>, ImportError> {
    let unreadable = |_: ErrorStack| ImportError::Unreadable;
    let mut members = of_public(key)?;
    match key.id() {
        Id::RSA | Id::RSA_PSS => rsa_parts(&mut members, &key.rsa().map_err(unreadable)?)?,
        Id::EC => {
            let ec = key.ec_key().map_err(unreadable)?;
            let curve = Curve::ALL
                .into_iter()
                .find(|curve| text(&members, "crv") == Some(curve.name));
            let length = curve.ok_or(ImportError::Unreadable)?.length;
            number(&mut members, "d", ec.private_key(), length)?;
        }
        _ => {
            let raw = Zeroizing::new(key.raw_private_key().map_err(unreadable)?);
            members.insert("d".to_owned(), URL_SAFE_NO_PAD.encode(&*raw).into());
        }
    }
    Ok(members)
}

fn rsa_parts<T: HasPrivate>(members: &mut Map<String, Value>, rsa: &Rsa<T>) -> Result<(), ImportError> {
    let parts = [
        ("d", Some(rsa.d())),
        ("p", rsa.p()),
        ("q", rsa.q()),
        ("dp", rsa.dmp1()),
        ("dq", rsa.dmq1()),
        ("qi", rsa.iqmp()),
    ];
    for (name, part) in parts {
        let part = part.ok_or(ImportError::Unreadable)?;
        number(members, name, part, part.num_bytes())?;
    }
    Ok(())
}

/// The algorithm of ours that a key signs.
fn algorithm(members: &Map<String, Value>, wanted: Option<Algorithm>) -> Result<Algorithm, ImportError> {
    let (kind, possible): (_, &[Algorithm]) = match (text(members, "kty"), text(members, "crv")) {
        (Some("RSA"), _) => ("an RSA key", &[Algorithm::RS256, Algorithm::PS256]),
        (Some("EC"), Some("P-256")) => ("a key on P-256", &[Algorithm::ES256]),
        (Some("EC"), Some("P-384")) => ("a key on P-384", &[Algorithm::ES384]),
        (Some("OKP"), Some("Ed25519")) => ("an Ed25519 key", &[Algorithm::EdDsa]),
        (Some("EC" | "OKP"), curve) => {
            return Err(ImportError::Curve(curve.unwrap_or("unknown").to_owned()));
        }
        _ => return Err(ImportError::Unreadable),
    };
    let said = match members.get("alg") {
        None => None,
        Some(named) => {
            let name = named.as_str().unwrap_or("unknown");
            Some(Algorithm::parse(name).ok_or_else(|| ImportError::Algorithm(name.to_owned()))?)
        }
    };
    let for_it = |algorithm: Algorithm| possible.contains(&algorithm);
    if let Some(wrong) = said
        .into_iter()
        .chain(wanted)
        .find(|algorithm| !for_it(*algorithm))
    {
        return Err(ImportError::Kind {
            kind,
            wanted: wrong,
            possible: Algorithm::names(possible),
        });
    }
    match (said, wanted) {
        (Some(said), Some(wanted)) if said != wanted => Err(ImportError::OtherAlgorithm { said, wanted }),
        (named, wanted) => named
            .or(wanted)
            .or_else(|| possible.first().copied())
            .ok_or(ImportError::Unreadable),
    }
}

/// A curve of ECDSA (RFC 7518 §6.2.1.1).
struct Curve {
    /// As a JWK names it.
    name: &'static str,
    nid: Nid,
    /// Bytes of a coordinate.
    length: i32,
}

impl Curve {
    const ALL: [Self; 2] = [
        Self {
            name: "P-256",
            nid: Nid::X9_62_PRIME256V1,
            length: 32,
        },
        Self {
            name: "P-384",
            nid: Nid::SECP384R1,
            length: 48,
        },
    ];
}

impl PublicJwk {
    /// The key as PEM (RFC 7468 §13).
    pub fn to_pem(&self) -> Result<String, ImportError> {
        let unreadable = |_: ErrorStack| ImportError::Unreadable;
        let members = self.to_members();
        let bytes = |name| {
            let value = text(&members, name).unwrap_or_default();
            URL_SAFE_NO_PAD.decode(value).map_err(|_| ImportError::Unreadable)
        };
        let big = |name| BigNum::from_slice(&bytes(name)?).map_err(unreadable);
        let key: PKey<Public> = match self.algorithm() {
            Algorithm::RS256 | Algorithm::PS256 => {
                let rsa = Rsa::from_public_components(big("n")?, big("e")?).map_err(unreadable)?;
                PKey::from_rsa(rsa).map_err(unreadable)?
            }
            Algorithm::ES256 | Algorithm::ES384 => {
                let curve = Curve::ALL
                    .into_iter()
                    .find(|curve| text(&members, "crv") == Some(curve.name));
                let nid = curve.ok_or(ImportError::Unreadable)?.nid;
                let group = EcGroup::from_curve_name(nid).map_err(unreadable)?;
                let (x, y) = (big("x")?, big("y")?);
                let ec = EcKey::from_public_key_affine_coordinates(&group, &x, &y).map_err(unreadable)?;
                PKey::from_ec_key(ec).map_err(unreadable)?
            }
            Algorithm::EdDsa => {
                PKey::public_key_from_raw_bytes(&bytes("x")?, Id::ED25519).map_err(unreadable)?
            }
        };
        let pem = key.public_key_to_pem().map_err(unreadable)?;
        String::from_utf8(pem).map_err(|_| ImportError::Unreadable)
    }
}
