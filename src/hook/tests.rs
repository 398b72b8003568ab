//! What an answer may do (attacks HK-01, HK-02).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::definition::{FunctionName, Mode, Settings, Target};
use super::error::HookError;
use super::merge::{Draft, judge, merge};
use super::response::{HookResponse, interpret};
use crate::protocol::claims;

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn settings(mode: Mode) -> Settings {
    let function = FunctionName::parse("public.hook").unwrap();
    Settings {
        mode,
        ..Settings::new("hook", Target::Sql(function))
    }
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// One answer over the usual claims of a member with role user and tier beta.
fn judged(settings: &Settings, answer: Value) -> Result<Value, HookError> {
    let protocol = object(json!({"sub": "u", "aud": "a", "exp": 5, "iat": 1, "name": "Ada"}));
    let facts = object(json!({
        "org_id": "o", "org_role": "member", "user_role": "member", "role": "user", "tier": "beta",
    }));
    let draft = Draft {
        protocol: &protocol,
        tenancy: &facts,
        facts: &facts,
        user_role_alias: true,
        claim_names: None,
    };
    let mut additions = facts.clone();
    additions.insert("earlier".to_owned(), json!(1));
    let mut event = protocol.clone();
    event.extend(additions.clone());
    if settings.mode == Mode::Replace {
        event.remove("user_role");
        event.extend(object(view()));
    }
    judge(settings, &draft, &additions, &event, object(answer)).map(Value::Object)
}

fn view() -> Value {
    json!({
        "email": "", "phone": "", "role": "authenticated", "aal": "aal1", "session_id": "s", "is_anonymous": false,
        "amr": [], "app_metadata": {}, "user_metadata": {},
    })
}

/// The answer of a function of the other contract: the event's claims with changes.
fn replacing(changes: Value) -> Value {
    let mut claims = object(json!({"sub": "u", "aud": "a", "exp": 5, "iat": 1}));
    claims.extend(object(view()));
    claims.extend(object(changes));
    Value::Object(claims)
}

/// HK-01: no spelling of a locked claim passes.
#[test]
fn hk_01_a_locked_claim_fails_the_hook_in_any_spelling() {
    let base = object(json!({"sub": "a", "exp": 5}));
    let spellings = [
        "typ",
        "SUB",
        "Exp",
        "ｓｕｂ",
        "ѕub",
        "sub\u{200b}",
        " iss",
        "Client_ID",
        "mv",
    ];
    for name in claims::LOCKED.iter().copied().chain(spellings) {
        let additions = object(json!({name: "forged"}));
        let expected = HookError::LockedClaim(name.to_owned());
        assert_eq!(merge(base.clone(), additions), Err(expected.clone()));
        for mode in [Mode::Merge, Mode::Replace] {
            if mode == Mode::Replace && name == "amr" {
                continue;
            }
            let answer = match mode {
                Mode::Merge => json!({name: "forged"}),
                Mode::Replace => replacing(json!({name: "forged"})),
            };
            let error = judged(&settings(mode), answer).unwrap_err();
            assert!(
                error == expected || matches!(error, HookError::Contract(_)),
                "{name}: {error}"
            );
        }
    }
}

#[test]
fn an_unchanged_echo_is_ignored() {
    let base = object(json!({"sub": "a"}));
    assert_eq!(merge(base.clone(), object(json!({"sub": "a"}))), Ok(base));
    let echo = json!({"sub": "u", "exp": 5, "role": "user", "name": "Ada", "earlier": 1, "own": [1]});
    let said = judged(&settings(Mode::Merge), echo).unwrap();
    assert_eq!(said["own"], json!([1]));
    assert!(said.get("sub").is_none() && said.get("name").is_none());
}

#[test]
fn a_claim_that_stands_is_overwritten_only_from_the_list() {
    let mut settings = settings(Mode::Merge);
    for (name, value) in [
        ("name", json!("Eve")),
        ("earlier", json!(2)),
        ("tier", json!("guest")),
    ] {
        settings.overwrite.clear();
        let answer = json!({name: value});
        let error = judged(&settings, answer.clone()).unwrap_err();
        assert_eq!(error, HookError::Overwrites(name.to_owned()));
        settings.overwrite = set(&[name]);
        assert_eq!(judged(&settings, answer).unwrap()[name], value);
    }
    settings.overwrite.clear();
    let error = judged(&settings, json!({"Earlier": 2})).unwrap_err();
    assert_eq!(error, HookError::Overwrites("Earlier".to_owned()));
}

/// HK-02: overwriting is not raising, and freeing one claim frees no other.
#[test]
fn hk_02_more_than_membership_needs_a_policy_for_exactly_that_claim() {
    let raises = [
        ("role", json!("admin")),
        ("role", json!("service")),
        ("tier", json!("founder")),
        ("tier", json!("gold")),
        ("org_id", json!("foreign")),
        ("org_role", json!("owner")),
    ];
    for mode in [Mode::Merge, Mode::Replace] {
        for (name, value) in &raises {
            if mode == Mode::Replace && *name == "role" {
                continue;
            }
            let answer = match mode {
                Mode::Merge => json!({*name: value}),
                Mode::Replace => replacing(json!({*name: value})),
            };
            let refused = Err(HookError::RaisedClaim((*name).to_owned()));
            let mut settings = settings(mode);
            settings.overwrite = set(&["role", "tier", "org_id", "org_role", "user_role"]);
            assert_eq!(judged(&settings, answer.clone()), refused);
            settings.may_raise = ["role", "tier", "org_id", "org_role"]
                .iter()
                .filter(|other| *other != name)
                .map(|other| (*other).to_owned())
                .collect();
            assert_eq!(judged(&settings, answer.clone()), refused);
            settings.may_raise = set(&[name]);
            if *name == "org_id" {
                // No policy changes where a token counts.
                assert_eq!(judged(&settings, answer), refused);
                continue;
            }
            assert_eq!(&judged(&settings, answer).unwrap()[*name], value);
        }
    }
}

/// HK-02: neither an alias, another spelling, nor a value that is no text.
#[test]
fn hk_02_membership_is_not_raised_by_a_detour() {
    let mut settings = settings(Mode::Merge);
    for (name, value) in [
        ("user_role", json!("owner")),
        ("Role", json!("admin")),
        ("TIER", json!("guest")),
        ("оrg_id", json!("foreign")),
        ("modules", json!({"crm": "admin"})),
        ("plan", json!("unlimited")),
        ("org_id", json!(null)),
        ("org_id", json!("")),
        ("role", json!(["admin"])),
    ] {
        settings.may_raise.clear();
        let error = judged(&settings, json!({name: value})).unwrap_err();
        assert_eq!(error, HookError::RaisedClaim(name.to_owned()));
        if value.as_str().is_none_or(str::is_empty) {
            settings.may_raise = set(&["role", "tier", "org_id", "org_role"]);
            assert!(judged(&settings, json!({name: value})).is_err());
        }
    }
}

/// Contracts section 4: the view is dropped, ours is restored, the operator's own claims stay.
#[test]
fn a_replacing_hook_leaves_its_own_claims_and_nothing_of_the_view() {
    let settings = settings(Mode::Replace);
    let changes = json!({
        "user_role": "moderator", "role": "service_role", "aal": "aal2", "amr": ["x"], "email": "e@example.test",
        "app_metadata": {"plan": "x"}, "tier": "public",
    });
    let said = judged(&settings, replacing(changes)).unwrap();
    let expected = json!({
        "org_id": "o", "org_role": "member", "role": "user", "tier": "public", "user_role": "moderator",
        "app_metadata": {"plan": "x"},
    });
    assert_eq!(said, expected);
    let minimal = judged(&settings, replacing(json!({}))).unwrap();
    let tenancy =
        json!({"org_id": "o", "org_role": "member", "role": "user", "tier": "beta", "user_role": "member"});
    assert_eq!(minimal, tenancy, "what earlier hooks said is replaced");
    let without = json!({"claims": {"sub": "u"}});
    assert!(matches!(judged(&settings, without), Err(HookError::Contract(_))));
}

#[test]
fn an_answer_is_claims_or_an_error_with_a_message() {
    let read = |value| interpret(object(value));
    assert_eq!(
        read(json!({"claims": {}, "user_id": "u"})),
        Ok(HookResponse::Claims(Map::new()))
    );
    for (error, code) in [
        (json!({"http_code": 403, "message": "no"}), 403),
        (json!({"http_code": 0, "message": "no"}), 500),
        (json!({"message": "no"}), 500),
    ] {
        let refused = Ok(HookResponse::Refused { http_code: code });
        assert_eq!(read(json!({"error": error, "claims": {}})), refused);
    }
    for nothing in [
        json!({}),
        json!({"error": {"http_code": 403, "message": ""}}),
        json!({"error": "no"}),
    ] {
        assert_eq!(read(nothing), Err(HookError::NoClaims));
    }
    for malformed in [json!(null), json!([]), json!("x"), json!(5)] {
        assert_eq!(read(json!({"claims": malformed})), Err(HookError::Malformed));
    }
    let many: Map<String, Value> = (0..2001).map(|n| (n.to_string(), json!(1))).collect();
    let mut deep = json!(1);
    for _ in 0..9 {
        deep = json!([deep]);
    }
    for large in [json!(many), json!({"a": "x".repeat(17_000)}), json!({"a": deep})] {
        assert_eq!(read(json!({"claims": large})), Err(HookError::Oversized));
    }
}

/// HK-02: who takes a right away in one name has taken it away in the other.
#[test]
fn hk_02_the_alias_follows_the_role() {
    let both = |said: Result<Value, HookError>| {
        let said = said.unwrap();
        (said["org_role"].clone(), said["user_role"].clone())
    };
    for mode in [Mode::Merge, Mode::Replace] {
        let with = |answer: Value| {
            let mut whole = match mode {
                Mode::Merge => Map::new(),
                Mode::Replace => {
                    let mut whole = object(json!({"sub": "u", "aud": "a", "exp": 5, "iat": 1}));
                    whole.extend(object(view()));
                    whole
                }
            };
            whole.extend(object(answer));
            let overwrite = set(&["org_role", "user_role"]);
            both(judged(
                &Settings {
                    overwrite,
                    ..settings(mode)
                },
                Value::Object(whole),
            ))
        };
        let (viewer, member) = (json!("viewer"), json!("member"));
        assert_eq!(
            with(json!({"org_role": "viewer"})),
            (viewer.clone(), viewer.clone())
        );
        assert_eq!(
            with(json!({"user_role": "viewer"})),
            (member.clone(), viewer.clone())
        );
        let own = with(json!({"org_role": "viewer", "user_role": "viewer"}));
        assert_eq!(own, (viewer.clone(), viewer.clone()));
        // An echo is no word of one's own.
        let echoed = with(json!({"org_role": "viewer", "user_role": "member"}));
        assert_eq!(echoed, (viewer.clone(), viewer));
        assert_eq!(with(json!({})), (member.clone(), member));
    }
}
