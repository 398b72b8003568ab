//! The kit recognizes JSON before it parses it. Held against PostgreSQL's own parser by texts that are almost JSON.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sqlx::Row as _;

use super::database::Downstream;

/// Where texts begin.
const SOUND: [&str; 6] = [
    r#"{"sub": "ada", "org_id": "acme", "exp": 1795252270, "amr": ["pwd", "otp"], "modules": {"*": "rw"}}"#,
    r#"{"f":-1.5e3,"t":true,"z":null,"e":"a\"b\\c\/\n\u00e9\ud83d\ude00ö","deep":[[{"a":[1,{"b":[]}]}]]}"#,
    "{}",
    " { \"a\" : [ 1 , \"b\" , true ] , \"c\" : { } } \n",
    r#"{"a":{"b":{"c":[1,2]}}}"#,
    r#"[{"org_id": "acme"}]"#,
];

/// What is put anywhere into them.
const PIECES: [&str; 38] = [
    "\"", "{", "}", "[", "]", ",", ":", "\\", "\\u0000", "\\ud800", "\\udc00", "\\u12", "\\u00DF", "true",
    "false", "null", "nul", "0", "1", "-", ".", "e", "E9", "1e99", "-0", "01", " ", "\t", "\n", "\u{1}",
    "\u{2}", "\u{7f}", "é", "😀", "\\\"", "\"\"", "\":\"", "\",\"",
];

fn mutated(random: &mut ChaCha20Rng) -> String {
    let mut below = |bound: usize| usize::try_from(random.next_u32()).expect("fits") % bound;
    let mut text: Vec<char> = SOUND[below(SOUND.len())].chars().collect();
    for _ in 0..below(4) {
        let from = below(text.len() + 1);
        let to = text.len().min(from + [0, 0, 1, 2, 5][below(5)]);
        let piece = if below(4) == 0 {
            ""
        } else {
            PIECES[below(PIECES.len())]
        };
        text.splice(from..to, piece.chars());
    }
    text.into_iter().collect()
}

/// TN-01: what PostgreSQL parses as an object is claims, by the quick way as by the slow one; everything else is null,
/// and nothing is an error. A number with an exponent of three digits is no claim of anybody's, and null too.
#[tokio::test]
async fn tn_01_exactly_json_objects_are_claims() {
    let downstream = Downstream::with_kit().await;
    let mut owner = downstream.owner().await;
    let mut random = ChaCha20Rng::seed_from_u64(4);
    let texts: Vec<String> = (0..4000).map(|_| mutated(&mut random)).collect();
    super::database::run(
        &mut owner,
        "create function reference(setting text) returns jsonb language plpgsql as $$ begin
             return case when jsonb_typeof(setting::jsonb) = 'object' then setting::jsonb end;
         exception when others then return null; end $$;
         create function quick(setting text) returns jsonb language plpgsql as $$ begin
             perform set_config('request.jwt.claims', setting, true);
             return auth.claims();
         end $$",
    )
    .await;
    let rows = sqlx::query(
        "select t, reference(t) is not null from unnest($1::text[]) t
         where (auth.parse_claims(t) is distinct from reference(t) or quick(t) is distinct from reference(t))
           and not (t ~ '[eE][-+]?[0-9]{3}' and auth.parse_claims(t) is null)",
    )
    .bind(&texts)
    .fetch_all(&mut owner)
    .await
    .expect("no text is an error");
    let differ: Vec<(String, bool)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert!(differ.is_empty(), "{differ:?}");
    let sound: i64 = sqlx::query_scalar("select count(reference(t)) from unnest($1::text[]) t")
        .bind(&texts)
        .fetch_one(&mut owner)
        .await
        .expect("a count");
    assert!((500..3500).contains(&sound), "{sound} of the texts are sound");
}
