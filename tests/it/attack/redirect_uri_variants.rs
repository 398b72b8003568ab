//! RU-01: one text is registered, thousands of others look like it.

use std::collections::BTreeSet;

use signet::protocol::redirect_uri::RedirectUri;

use super::evidence::{assert_error_page, codes, leads_to, signed_in, waiting};
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

const REGISTERED: [&str; 6] = [
    "https://app.example.com/callback",
    "https://app.example.com/a/b/callback?tenant=1&x",
    "https://app.example.com:8443/cb",
    "https://xn--bcher-kva.example/cb",
    "com.example.app:/oauth/callback",
    "http://localhost:8080/cb",
];

const INSERTED: [&str; 20] = [
    "\t", "\n", " ", "\0", "\\", "/", "//", "?", "#", "@", ":", ";", "..;/", "../", "./", "%2e", "%00", "*",
    "\u{e9}", "\u{3002}",
];

/// One change at every place: dropped, doubled, other case, percent-encoded once and twice, something slipped in.
fn one_change(uri: &str) -> impl Iterator<Item = String> {
    uri.char_indices().flat_map(move |(at, character)| {
        let (before, rest) = uri.split_at(at);
        let after = &rest[character.len_utf8()..];
        let code = u32::from(character);
        let flipped = if character.is_ascii_lowercase() {
            character.to_ascii_uppercase()
        } else {
            character.to_ascii_lowercase()
        };
        let replaced = [
            String::new(),
            format!("{character}{character}"),
            flipped.to_string(),
            format!("%{code:02x}"),
            format!("%{code:02X}"),
            format!("%25{code:02x}"),
            format!("{character}\u{301}"),
        ];
        let inserted = INSERTED.iter().map(move |text| format!("{before}{text}{rest}"));
        let changed = replaced
            .into_iter()
            .map(move |text| format!("{before}{text}{after}"));
        changed.chain(inserted).collect::<Vec<_>>()
    })
}

/// The tricks of the published flaws.
fn tricks(uri: &str) -> Vec<String> {
    let (scheme, rest) = uri.split_once(':').expect("a scheme");
    let rest = rest.trim_start_matches('/');
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let host = authority.split(':').next().unwrap_or_default();
    vec![
        format!("{scheme}://{authority}.evil.example{path}"),
        format!("{scheme}://evil{authority}{path}"),
        format!("{scheme}://evil.example/{authority}{path}"),
        format!("{scheme}://{authority}@evil.example{path}"),
        format!("{scheme}://evil.example@{authority}{path}"),
        format!("{scheme}://evil.example\\@{authority}{path}"),
        format!("{scheme}://evil.example#@{authority}{path}"),
        format!("{scheme}://evil.example?@{authority}{path}"),
        format!("{scheme}://user:password@{authority}{path}"),
        format!("{scheme}://@{authority}{path}"),
        format!("{scheme}://{host}:1{path}"),
        format!("{scheme}://{host}.{path}"),
        format!("{scheme}://{authority}/../{path}"),
        format!("{scheme}://{authority}{path}/../../evil"),
        format!("{scheme}://{authority}{path}/.."),
        format!("{scheme}://{authority}{path}/"),
        format!("{scheme}://{authority}{path}?"),
        format!("{scheme}://{authority}{path}#"),
        format!("{scheme}://{authority}{path}#fragment"),
        format!("{scheme}://{authority}{path}%0d%0aLocation:%20https://evil.example"),
        format!("{scheme}://{authority}{path}&code=injected"),
        format!("{scheme}://{authority}{path}?code=injected"),
        format!("{scheme}:{authority}{path}"),
        format!("{scheme}:/{authority}{path}"),
        format!("{scheme}:///{authority}{path}"),
        format!("{scheme}:\\\\{authority}{path}"),
        format!("//{authority}{path}"),
        format!("/\\{authority}{path}"),
        path.to_owned(),
        format!("javascript:alert(1)//{uri}"),
        format!("data:text/html,{uri}"),
        format!(" {uri}"),
        format!("{uri} "),
        format!("{uri},{uri}"),
        format!("{uri} {uri}"),
        format!("\u{feff}{uri}"),
        uri.to_uppercase(),
        uri.replace("https", "http").replace("http:", "ftp:"),
        uri.replace('.', "\u{3002}"),
        uri.replace('a', "\u{430}"),
        uri.replace("example", "xn--example"),
    ]
}

fn variants(uri: &str) -> BTreeSet<String> {
    let all = one_change(uri).chain(tricks(uri));
    all.filter(|variant| variant != uri).collect()
}

/// RU-01; RFC 9700 §4.1.3: the comparison is of bytes; none of many thousand look-alikes is the registered one.
#[test]
fn ru_01_only_the_registered_text_matches() {
    let mut tried = 0;
    for uri in REGISTERED {
        let registered = RedirectUri::register(uri).expect("can be registered");
        assert!(registered.matches(uri));
        for variant in variants(uri) {
            assert!(!registered.matches(&variant), "{variant:?} matched {uri}");
            tried += 1;
        }
    }
    assert!(tried >= 5_000, "only {tried} variants");
}

/// RU-01, RU-02; RFC 8252 §7.3: of a loopback address, no variant but that of the port matches.
#[test]
fn ru_01_a_loopback_address_is_free_in_its_port_only() {
    for uri in [
        "http://127.0.0.1:8080/cb?x=1",
        "http://[::1]/cb",
        "http://127.0.0.1/cb",
    ] {
        let registered = RedirectUri::register(uri).expect("can be registered");
        let host = if uri.contains("::1") {
            "http://[::1]"
        } else {
            "http://127.0.0.1"
        };
        let path = &uri[uri.find("/cb").expect("a path")..];
        for variant in variants(uri) {
            let port = variant
                .strip_prefix(host)
                .and_then(|rest| rest.strip_suffix(path));
            let only_the_port = port.is_some_and(|port| {
                port.is_empty()
                    || port
                        .strip_prefix(':')
                        .is_some_and(|digits| digits.parse::<u16>().is_ok())
            });
            assert_eq!(registered.matches(&variant), only_the_port, "{variant:?}");
        }
    }
}

proptest::proptest! {
    /// RU-01: whatever the text, only the registered one matches.
    #[test]
    fn ru_01_no_other_text_matches(text in "https://app\\.example\\.com[/:@?#.%;a-zA-Z0-9]{0,12}") {
        let registered = RedirectUri::register("https://app.example.com/cb").expect("can be registered");
        proptest::prop_assert_eq!(registered.matches(&text), text == "https://app.example.com/cb");
    }
}

/// RU-01: over HTTP, with a person signed in: each variant gets the error page and no redirect, and nothing on
/// the page leads to it: what was sent stands there as text, for the developer.
#[tokio::test]
async fn ru_01_no_variant_is_redirected_to() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let browser = signed_in(&app, &relying_party, &ada).await;
    let (issued, stored) = (codes(&app).await, waiting(&app).await);
    let registered = relying_party.client.redirect_uri.clone();
    let all = variants(&registered);
    let sampled = one_change(&registered)
        .step_by(5)
        .filter(|variant| *variant != registered);
    let mut tried = 0;
    for variant in sampled
        .chain(tricks(&registered))
        .filter(|variant| all.contains(variant))
    {
        let url = relying_party.authorization_url(&[("redirect_uri", &variant)]);
        let reply = browser.get(&url).await;
        assert_eq!(reply.status, 400, "{variant:?}");
        assert_error_page(&reply);
        for place in ["web.example.com", "evil.example", "javascript:"] {
            assert!(!leads_to(&reply, place), "{variant:?} leads to {place}");
        }
        tried += 1;
    }
    assert!(tried >= 200, "only {tried} variants");
    assert_eq!((codes(&app).await, waiting(&app).await), (issued, stored));
}
