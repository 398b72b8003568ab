//! What the pages share that prove a mailbox: where they stand, what writes their mails, and how they say what went
//! wrong.

use axum::response::Response;
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use crate::app::App;
use crate::authentication::password::{ChoiceError, PasswordHash, PasswordProblem};
use crate::authentication::verification::VerificationError;
use crate::base::handle::{Handle, Kind};
use crate::base::secret::Secret;
use crate::http::extract::browser::Browser;
use crate::http::extract::params::Params;
use crate::http::respond::failure::Failure;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::page_error::{ErrorKind, PageError};
use crate::http::respond::redirect;
use crate::i18n::Texts;
use crate::lifecycle::prove_mailbox::{Letters, MailboxError};
use crate::lifecycle::send_mail::SendMailError;
use crate::user::UserError;
use crate::web::mailbox::NoticePage;

/// Where the code of a sign-up is typed.
pub const SIGN_UP_CODE: &str = "/signup/code";
/// Where the link of a sign-up leads.
pub const SIGN_UP_FINISH: &str = "/signup/finish";
/// Where somebody asks for a new password.
pub const RECOVERY: &str = "/recovery";
/// What says that they have.
pub const RECOVERY_SENT: &str = "/recovery/sent";
/// Where the link of a recovery leads.
pub const RECOVERY_FINISH: &str = "/recovery/password";
/// Where somebody who is signed in changes their password.
pub const CHANGE_PASSWORD: &str = "/account/password";
/// Where they change their address.
pub const CHANGE_EMAIL: &str = "/account/email";
/// Where the link of that leads.
pub const CHANGE_EMAIL_FINISH: &str = "/account/email/confirm";
/// Where password managers look for the form (W3C, A Well-Known URL for Changing Passwords).
pub const WELL_KNOWN_CHANGE_PASSWORD: &str = "/.well-known/change-password";

/// The parameter of a link.
pub(super) const TOKEN: &str = "token";

/// The language that is spoken with this browser.
pub(super) fn texts(browser: &Browser) -> Texts {
    browser.layout().texts
}

/// Where a page's form posts to.
pub(super) fn action(browser: &Browser, path: &str) -> String {
    format!("{}{path}", browser.state.app.issuer().path())
}

/// A page of a waiting request, or of none.
pub(super) fn address(browser: &Browser, path: &str, more: &[(&str, &str)], request: &str) -> String {
    let mut parameters = more.to_vec();
    if !request.is_empty() {
        parameters.push(("request", request));
    }
    redirect::with_query(&browser.state.app.issuer().url(path), &parameters)
}

/// The name of the waiting request that a page was opened for, if it has the form of one.
pub(super) fn request(params: &Params) -> String {
    let handle = params
        .get("request")
        .and_then(|text| Handle::parse(Kind::AuthorizationRequest, text));
    handle.map_or_else(String::new, |handle| handle.expose().to_owned())
}

/// The token of a link.
pub(super) fn token(params: &Params) -> Option<Handle> {
    Handle::parse(Kind::Verification, params.get(TOKEN)?)
}

/// Has something done with what writes mails; without any, the page that says so.
pub(super) fn letters<'a>(
    browser: &'a Browser,
    keys: &'a crate::signing::key_set::KeySet,
    link: &'a (dyn Fn(&Handle) -> String + Send + Sync),
    sign_in: &'a str,
) -> Option<Letters<'a>> {
    Some(Letters {
        post: browser.state.app.post()?,
        keys,
        locale: texts(browser).locale(),
        link,
        sign_in,
    })
}

/// Whether mailboxes can be proven here at all.
pub(super) fn has_mail(app: &App) -> bool {
    app.post().is_some()
}

/// A page with a sentence and a way on.
pub(super) fn notice(
    browser: &Browser,
    status: StatusCode,
    (title, text): (&str, &str),
    (next, label): (&str, &str),
) -> Response {
    let page = NoticePage {
        layout: &browser.layout(),
        title,
        text,
        next,
        label,
    };
    page::with_status(status, &page, FormAction::None)
}

/// The page for whoever cannot be written to.
pub(super) fn no_mail(browser: &Browser) -> Response {
    let texts = texts(browser);
    let login = browser.state.app.issuer().url("/login");
    notice(
        browser,
        StatusCode::NOT_FOUND,
        (texts.mailbox_no_mail_title(), texts.mailbox_no_mail_text()),
        (&login, texts.mailbox_sign_in()),
    )
}

/// The page for a link that opens nothing any more; it leads where a new one is asked for.
pub(super) fn over(browser: &Browser, again: &str) -> Response {
    let texts = texts(browser);
    let next = browser.state.app.issuer().url(again);
    notice(
        browser,
        StatusCode::GONE,
        (texts.mailbox_over_title(), texts.mailbox_over_text()),
        (&next, texts.mailbox_start_again()),
    )
}

/// A password that somebody chose, judged and hashed; or the status and the sentence of why not.
pub(super) async fn choose(
    browser: &Browser,
    text: &Secret,
    about: &[&str],
) -> Result<PasswordHash, (StatusCode, String)> {
    let app = &browser.state.app;
    let chosen = match app.password_demands().judge(text, about).await {
        Ok(password) => app
            .hasher()
            .hash(&password, &*browser.context.entropy)
            .await
            .map_err(ChoiceError::from),
        Err(error) => Err(error),
    };
    chosen.map_err(|error| refusal(texts(browser), error))
}

fn refusal(texts: Texts, error: ChoiceError) -> (StatusCode, String) {
    let problem = match error {
        ChoiceError::Unavailable(error) => {
            tracing::warn!(error = %error, "a new password was not taken");
            return (StatusCode::SERVICE_UNAVAILABLE, texts.mailbox_busy().into());
        }
        ChoiceError::Problem(problem) => problem,
    };
    let sentence = match problem {
        PasswordProblem::TooShort => texts.mailbox_too_short(),
        PasswordProblem::TooLong => texts.mailbox_too_long(),
        PasswordProblem::Nul => texts.mailbox_has_nul(),
        PasswordProblem::Common => texts.mailbox_too_common(),
        PasswordProblem::Guessable => texts.mailbox_guessable(),
        PasswordProblem::Breached => texts.mailbox_breached(),
    };
    (StatusCode::BAD_REQUEST, sentence.into())
}

/// The same answer with when to come back, where that helps.
pub(super) fn come_back(mut response: Response, seconds: u64) -> Response {
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The parameters of a form; one that cannot be read is no form of ours.
pub(super) fn read<E>(params: Result<Params, E>) -> Result<Params, PageError> {
    params.map_err(|_| PageError::GONE)
}

/// A failure of ours while a mailbox was to be proven.
pub(super) fn failed(error: MailboxError) -> PageError {
    match error {
        MailboxError::Database(error)
        | MailboxError::Verification(VerificationError::Database(error))
        | MailboxError::Mail(SendMailError::Database(error))
        | MailboxError::User(UserError::Database(error)) => error.into(),
        error => {
            tracing::error!(error = %error, "a mailbox could not be proven");
            PageError::Page(ErrorKind::Failure(Failure::Unavailable))
        }
    }
}
