//! Owns what is known of a request while it is checked: its client and where the answer goes, which are proven, and as
//! much of the request as the checks before have put together. Each check adds its part.

use crate::authorization::parameters::Parameters;
use crate::authorization::request::{AuthorizationRequest, CheckedRequest, ResponseTarget};
use crate::claims::TokenIssuer;
use crate::client::Client;
use crate::i18n::Locale;
use crate::protocol::error::{Refusal, Remark};
use crate::protocol::prompt::Prompt;
use crate::protocol::scope::Scope;

/// The longest `login_hint` that is taken over: a longer one is nobody's address. It is no error, since it is a hint.
const LONGEST_LOGIN_HINT: usize = 254;

/// A check of the table: a refusal goes to the client by redirect.
pub(super) type Check = fn(&mut Draft<'_>) -> Result<(), Refusal>;

/// A request whose redirect URI is proven: without one there is no draft.
pub(super) struct Draft<'a> {
    /// The client that asks.
    pub(super) client: &'a Client,
    /// What it sent.
    pub(super) parameters: &'a Parameters,
    /// For hints.
    pub(super) token_issuer: &'a TokenIssuer,
    /// The request as far as it is checked; what no check has looked at yet is as if it were not sent.
    pub(super) request: AuthorizationRequest,
    /// The scopes that were left out, if any were.
    pub(super) left_out: Option<Remark>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        client: &'a Client,
        parameters: &'a Parameters,
        token_issuer: &'a TokenIssuer,
        target: ResponseTarget,
    ) -> Self {
        let login_hint = parameters
            .get("login_hint")
            .filter(|hint| hint.len() <= LONGEST_LOGIN_HINT);
        let request = AuthorizationRequest {
            target,
            scope: Scope::default(),
            nonce: None,
            prompt: Prompt::default(),
            max_age: None,
            login_hint: login_hint.map(str::to_owned),
            expected_subject: None,
            code_challenge: None,
            claims: None,
            resource: None,
            organization: None,
            ui_locale: parameters.get("ui_locales").and_then(Locale::first_of),
        };
        Self {
            client,
            parameters,
            token_issuer,
            request,
            left_out: None,
        }
    }

    /// The request after every check.
    pub(super) fn finish(self) -> CheckedRequest {
        CheckedRequest {
            request: self.request,
            left_out: self.left_out,
        }
    }
}
