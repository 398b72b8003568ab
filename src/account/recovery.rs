//! The pages for whoever has forgotten their password. Whoever asks is told the same in any case. The link leads to a form;
//! what is chosen there ends everything that was signed in, and signs nobody in: what else a sign-in asks for it asks for
//! afterwards.

use axum::response::Response;
use http::StatusCode;

use super::mailbox::{
    RECOVERY, RECOVERY_FINISH, RECOVERY_SENT, TOKEN, action, address, choose, failed, has_mail, letters,
    no_mail, notice, over, read, request, texts, token,
};
use crate::authentication::verification::{self, Pending, VerificationKind};
use crate::base::handle::Handle;
use crate::http::extract::browser::Browser;
use crate::http::extract::form::Query;
use crate::http::extract::own_form::OwnForm;
use crate::http::extract::params::Params;
use crate::http::respond::interaction_page::InteractionPage;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::page_error::PageError;
use crate::http::respond::redirect;
use crate::lifecycle::recover::{self, RecoveryOutcome};
use crate::user::EmailAddress;
use crate::web::mailbox::{AddressPage, PasswordPage};

const KIND: VerificationKind = VerificationKind::PasswordReset;

/// Asks for the address of the account.
pub async fn get(browser: Browser, Query(params): Query) -> Response {
    if !has_mail(&browser.state.app) {
        return no_mail(&browser);
    }
    let params = params.unwrap_or_default();
    let email = params.get("email").unwrap_or_default();
    show(&browser, StatusCode::OK, &request(&params), email, None)
}

/// Takes an address, and has its owner written to, if there is one.
pub async fn post(browser: Browser, OwnForm(params): OwnForm) -> Result<Response, PageError> {
    let params = read(params)?;
    let request = request(&params);
    let typed = params.get("email").unwrap_or_default();
    let Ok(email) = EmailAddress::parse(typed) else {
        let problem = texts(&browser).mailbox_email_wrong();
        return Ok(show(
            &browser,
            StatusCode::BAD_REQUEST,
            &request,
            typed,
            Some(problem),
        ));
    };
    let keys = browser.state.app.token_issuer().keys.current();
    let link = |token: &Handle| address(&browser, RECOVERY_FINISH, &[(TOKEN, token.expose())], &request);
    let sign_in = address(&browser, InteractionPage::Login.path(), &[], "");
    let Some(letters) = letters(&browser, &keys, &link, &sign_in) else {
        return Ok(no_mail(&browser));
    };
    let mut work = browser.begin().await?;
    recover::begin(&mut work, letters, &email).await.map_err(failed)?;
    work.commit().await?;
    Ok(redirect::see_other(&address(
        &browser,
        RECOVERY_SENT,
        &[],
        &request,
    )))
}

/// Says what was done, if there was something to do.
pub async fn sent(browser: Browser, Query(params): Query) -> Response {
    let texts = texts(&browser);
    let request = request(&params.unwrap_or_default());
    let login = address(&browser, InteractionPage::Login.path(), &[], &request);
    let told = (
        texts.mailbox_recovery_sent_title(),
        texts.mailbox_recovery_sent_text(),
    );
    notice(&browser, StatusCode::OK, told, (&login, texts.mailbox_sign_in()))
}

/// Asks whoever opened the link for a password. Nothing is used up by it.
pub async fn finish(browser: Browser, Query(params): Query) -> Result<Response, PageError> {
    let params = params.unwrap_or_default();
    Ok(match pending(&browser, &params).await? {
        Some((token, pending)) => show_finish(&browser, StatusCode::OK, (&token, &pending, &params), None),
        None => over(&browser, RECOVERY),
    })
}

/// Takes the password, once.
pub async fn post_finish(browser: Browser, OwnForm(params): OwnForm) -> Result<Response, PageError> {
    let mut params = read(params)?;
    let password = params.remove_secret("password").unwrap_or_default();
    let Some((token, pending)) = pending(&browser, &params).await? else {
        return Ok(over(&browser, RECOVERY));
    };
    let hash = match choose(&browser, &password, &[&pending.address]).await {
        Ok(hash) => hash,
        Err((status, problem)) => {
            return Ok(show_finish(
                &browser,
                status,
                (&token, &pending, &params),
                Some(&problem),
            ));
        }
    };
    let texts = texts(&browser);
    let mut work = browser.begin().await?;
    let outcome = recover::finish(&mut work, &token, &hash).await.map_err(failed)?;
    let RecoveryOutcome::Done(user_id) = outcome else {
        work.rollback().await?;
        return Ok(over(&browser, RECOVERY));
    };
    if let Some(post) = browser.state.app.post() {
        recover::tell(&mut work, post, &user_id, texts.locale())
            .await
            .map_err(failed)?;
    }
    work.commit().await?;
    let login = address(&browser, InteractionPage::Login.path(), &[], &request(&params));
    let told = (texts.mailbox_reset_done_title(), texts.mailbox_reset_done_text());
    Ok(notice(
        &browser,
        StatusCode::OK,
        told,
        (&login, texts.mailbox_sign_in()),
    ))
}

/// The proof of the token that the parameters hold, if it waits and leads somewhere.
async fn pending(browser: &Browser, params: &Params) -> Result<Option<(Handle, Pending)>, PageError> {
    let Some(token) = token(params) else {
        return Ok(None);
    };
    let mut work = browser.repeatable().await?;
    let found = verification::find(&mut work, KIND, &token).await?;
    work.commit().await?;
    Ok(found
        .filter(|found| found.user_id.is_some())
        .map(|found| (token, found)))
}

fn show(
    browser: &Browser,
    status: StatusCode,
    request: &str,
    email: &str,
    problem: Option<&str>,
) -> Response {
    let texts = texts(browser);
    let page = AddressPage {
        layout: &browser.layout(),
        title: texts.mailbox_recovery_title(),
        lead: texts.mailbox_recovery_lead(),
        request,
        action: &action(browser, RECOVERY),
        email,
        asks_password: false,
        submit: texts.mailbox_continue(),
        problem,
        back: &address(browser, InteractionPage::Login.path(), &[], request),
        back_label: texts.mailbox_sign_in(),
    };
    page::with_status(status, &page, FormAction::Own)
}

fn show_finish(
    browser: &Browser,
    status: StatusCode,
    (token, pending, params): (&Handle, &Pending, &Params),
    problem: Option<&str>,
) -> Response {
    let texts = texts(browser);
    let page = PasswordPage {
        layout: &browser.layout(),
        title: texts.mailbox_reset_title(),
        lead: texts.mailbox_reset_lead(),
        email: &pending.address,
        token: token.expose(),
        request: &request(params),
        action: &action(browser, RECOVERY_FINISH),
        name: None,
        asks_current: false,
        submit: texts.mailbox_save_password(),
        problem,
    };
    page::with_status(status, &page, FormAction::Own)
}
