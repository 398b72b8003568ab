//! Owns the URLs of an interaction's steps, of the page for invitations and of the choice of a language: the only
//! file that knows them. It does not
//! know which step comes next.

use axum::response::Response;

use super::redirect;
use crate::protocol::issuer::Issuer;

/// The page on which an invited person joins or declines.
pub const INVITATION_PATH: &str = "/account/invitation";

/// Where a person chooses the language of the pages.
pub const LANGUAGE_PATH: &str = "/language";

/// Where the holder of an invitation's token answers it.
#[must_use]
pub fn invitation_url(issuer: &Issuer, token: &str) -> String {
    redirect::with_query(&issuer.url(INVITATION_PATH), &[("token", token)])
}

/// A step of an interaction that has a page or an endpoint of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InteractionPage {
    /// The person proves who they are.
    Login,
    /// Somebody makes an account.
    SignUp,
    /// The person refuses to.
    LoginCancel,
    /// The person decides what the client may have.
    Consent,
    /// Nothing is left to ask: the authorization endpoint answers the client.
    Continue,
}

impl InteractionPage {
    /// The path as the router has it.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Login => "/login",
            Self::SignUp => "/signup",
            Self::LoginCancel => "/login/cancel",
            Self::Consent => "/consent",
            Self::Continue => "/oauth2/continue",
        }
    }

    /// Where this step's form posts to.
    #[must_use]
    pub fn action(self, issuer: &Issuer) -> String {
        format!("{}{}", issuer.path(), self.path())
    }

    /// The URL of this step for one waiting request.
    #[must_use]
    pub fn url(self, issuer: &Issuer, request: &str) -> String {
        redirect::with_query(&issuer.url(self.path()), &[("request", request)])
    }

    /// Sends the browser to this step.
    #[must_use]
    pub fn redirect(self, issuer: &Issuer, request: &str) -> Response {
        redirect::see_other(&self.url(issuer, request))
    }
}
