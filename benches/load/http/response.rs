//! Owns the reading of an answer: status, single headers, cookies, single members of a JSON body.

/// An answer, borrowed from its connection's buffer.
#[derive(Clone, Copy)]
pub(crate) struct Response<'a> {
    /// The status.
    pub(crate) status: u16,
    /// Status line and headers.
    pub(crate) head: &'a str,
    /// The body.
    pub(crate) body: &'a str,
}

/// How the body of a head is delimited.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(usize),
    Unsupported,
}

impl<'a> Response<'a> {
    /// A header's first value.
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        header(self.head, name)
    }

    /// The value of a cookie that the answer sets, with its name: `name=value`.
    pub(crate) fn cookie(&self, name: &str) -> Option<&'a str> {
        let set = self
            .head
            .split("\r\n")
            .filter_map(|line| value_of(line, "set-cookie"));
        set.filter_map(|value| value.split(';').next()).find(|pair| {
            let found = pair.split('=').next().unwrap_or_default();
            found.strip_prefix("__Host-").unwrap_or(found) == name
        })
    }

    /// A string member of a JSON body, without escapes: tokens have none.
    pub(crate) fn member(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.body;
        loop {
            let (_, after) = rest.split_once(name)?;
            if let Some(value) = after.strip_prefix("\":\"") {
                return value.split('"').next();
            }
            rest = after;
        }
    }

    /// A parameter of the query that `Location` has.
    pub(crate) fn location_parameter(&self, name: &str) -> Option<&'a str> {
        let (_, query) = self.header("location")?.split_once('?')?;
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }
}

/// The status of a head.
pub(super) fn status(head: &str) -> Option<u16> {
    head.split(' ').nth(1)?.get(..3)?.parse().ok()
}

/// How long the body is. Nothing that is driven here streams, so chunks are not understood.
pub(super) fn framing(head: &str) -> Framing {
    match header(head, "content-length") {
        Some(length) => length
            .trim()
            .parse()
            .map_or(Framing::Unsupported, Framing::Length),
        None if header(head, "transfer-encoding").is_some() => Framing::Unsupported,
        None => Framing::Length(0),
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n").skip(1).find_map(|line| value_of(line, name))
}

fn value_of<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (found, value) = line.split_at_checked(name.len())?;
    let value = value.strip_prefix(':')?;
    found.eq_ignore_ascii_case(name).then(|| value.trim_start())
}
