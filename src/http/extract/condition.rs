//! Owns whether the asker has an answer already: `If-None-Match` (RFC 9110 §13.1.2), by weak comparison (§8.8.3.2),
//! since a proxy that compresses makes our tag weak.

use http::HeaderMap;
use http::header::IF_NONE_MATCH;

/// Whether the header names this entity tag, or any (`*`). A malformed rest of the header names nothing.
#[must_use]
pub fn names(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|list| list.trim() == "*" || tags(list).any(|tag| tag == opaque(etag)))
}

/// What of a tag is compared: everything but the mark of weakness.
fn opaque(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag)
}

/// The tags of a list, quotes included; a comma may stand between the quotes.
fn tags(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = list;
    std::iter::from_fn(move || {
        rest = opaque(rest.trim_start_matches([' ', '\t', ',']));
        let length = rest.strip_prefix('"')?.find('"')? + 2;
        let (tag, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(tag)
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn found(lines: &[&'static str]) -> bool {
        let values = lines
            .iter()
            .map(|line| (IF_NONE_MATCH, HeaderValue::from_static(line)));
        names(&values.collect(), "\"a,1\"")
    }

    #[test]
    fn a_tag_is_found_weak_in_a_list_and_by_the_star() {
        for lines in [
            ["\"a,1\""].as_slice(),
            &["W/\"a,1\""],
            &["\"b\", W/\"a,1\""],
            &["\"b\",,\t\"a,1\" , \"c\""],
            &["\"b\"", "\"a,1\""],
            &["*"],
            &[" * "],
        ] {
            assert!(found(lines), "{lines:?}");
        }
        assert!(names(
            &HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static("\"x\""))]),
            "W/\"x\""
        ));
    }

    #[test]
    fn other_tags_and_no_tags_are_not_it() {
        for lines in [
            [].as_slice(),
            &[""],
            &["a,1"],
            &["\"a\""],
            &["\"a,1"],
            &["w/\"a,1\""],
            &["\"A,1\""],
            &["\"*\""],
            &["nonsense \"a,1\""],
        ] {
            assert!(!found(lines), "{lines:?}");
        }
    }
}
