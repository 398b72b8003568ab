//! What is read, and what is refused for which reason.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::{Limits, StrictJsonError, object, read};

#[test]
fn members_that_stand_twice_are_refused_at_any_depth() {
    for json in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"b":{"a":1,"a":2}}"#,
        r#"{"b":[{"c":[{"a":1,"b":2,"a":3}]}]}"#,
    ] {
        assert_eq!(object(json.as_bytes(), 16), None, "{json}");
    }
}

#[test]
fn only_one_whole_object_is_read() {
    for json in [
        "",
        "[]",
        "null",
        "1",
        "\"a\"",
        "{",
        "{}{}",
        "{},",
        "{} x",
        "{'a':1}",
        "{\"a\":01}",
    ] {
        assert_eq!(object(json.as_bytes(), 16), None, "{json}");
    }
    assert_eq!(object(b"{\"a\":\"\xff\"}", 16), None);
    assert_eq!(object(br#"{"a":"\ud800"}"#, 16), None);
    assert_eq!(object(b" {} ", 16), Some(Map::new()));
}

#[test]
fn depth_is_bounded() {
    assert!(object(br#"{"a":1}"#, 1).is_some());
    assert!(object(br#"{"a":[]}"#, 1).is_none());
    assert!(object(br#"{"a":[{}]}"#, 3).is_some());
    assert!(object(br#"{"a":[{"b":{}}]}"#, 3).is_none());
    let deep = format!("{}{}", r#"{"a":"#.repeat(8000), "}".repeat(8000));
    assert!(object(deep.as_bytes(), 1_000_000).is_none());
}

#[test]
fn each_refusal_says_what_was_wrong() {
    let limits = Limits { depth: 3, values: 4 };
    for (json, fault) in [
        ("", StrictJsonError::Syntax),
        ("{\"a\":NaN}", StrictJsonError::Syntax),
        ("{} {}", StrictJsonError::Syntax),
        ("\u{feff}{}", StrictJsonError::Syntax),
        ("null", StrictJsonError::NotAnObject),
        ("[]", StrictJsonError::NotAnObject),
        ("\"x\"", StrictJsonError::NotAnObject),
        ("7", StrictJsonError::NotAnObject),
        (r#"{"a":{"b":1,"b":1}}"#, StrictJsonError::Repeated),
        (r#"{"a":[[[]]]}"#, StrictJsonError::TooDeep),
        (r#"{"a":[1,2,3,4]}"#, StrictJsonError::TooMany),
        (r#"{"a":18446744073709551616}"#, StrictJsonError::Number),
        (r#"{"a":-1e20}"#, StrictJsonError::Number),
    ] {
        assert_eq!(read(json.as_bytes(), limits), Err(fault), "{json}");
    }
    assert!(read(br#"{"a":[1,2,3]}"#, limits).is_ok());
    assert!(read(br#"{"a":18446744073709551615}"#, limits).is_ok());
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(members in proptest::collection::btree_map(any::<String>(), value(), 0..6)) {
        let written = Value::Object(members.into_iter().collect());
        prop_assert_eq!(object(written.to_string().as_bytes(), 16).map(Value::Object), Some(written));
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<Vec<u8>>()) {
        let _ = object(&text, 16);
    }
}
