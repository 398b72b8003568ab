//! The pages on which somebody who is signed in changes their password or their address. A session alone opens neither
//! (RV-06): the password is asked for and really checked, with a budget of attempts of its own. A new address counts once
//! its mailbox is proven.

use axum::response::Response;
use http::StatusCode;

use super::login;
use super::mailbox::{
    self, CHANGE_EMAIL, CHANGE_EMAIL_FINISH, CHANGE_PASSWORD, TOKEN, action, address, choose, failed,
    has_mail, letters, no_mail, notice, over, read, texts, token,
};
use crate::authentication::login::{self as attempt, LoginOutcome};
use crate::authentication::verification::{self, VerificationKind};
use crate::base::handle::Handle;
use crate::base::origin::Origin;
use crate::base::secret::Secret;
use crate::http::extract::browser::{Browser, SignedInPerson};
use crate::http::extract::form::Query;
use crate::http::extract::own_form::OwnForm;
use crate::http::extract::params::Params;
use crate::http::respond::interaction_page::InteractionPage;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::page_error::PageError;
use crate::http::respond::redirect;
use crate::lifecycle::change_email::{self, EmailChange};
use crate::lifecycle::confirm_password::Confirmation;
use crate::lifecycle::{change_own_password, recover};
use crate::session::LiveSession;
use crate::user::EmailAddress;
use crate::web::mailbox::{AddressPage, ConfirmPage, PasswordPage};

/// Leads to the form for a new password.
pub async fn well_known(browser: Browser) -> Response {
    redirect::see_other(&address(&browser, CHANGE_PASSWORD, &[], ""))
}

/// Asks for the password from before and a new one.
pub async fn password(browser: Browser, SignedInPerson(session): SignedInPerson) -> Response {
    show_password(&browser, &session, StatusCode::OK, None)
}

/// Takes the new password, if the one from before is right.
pub async fn post_password(
    browser: Browser,
    SignedInPerson(session): SignedInPerson,
    OwnForm(params): OwnForm,
) -> Result<Response, PageError> {
    let mut params = read(params)?;
    let current = params.remove_secret("current").unwrap_or_default();
    let new = params.remove_secret("password").unwrap_or_default();
    let person = &session.person;
    let about = [person.name.as_str(), person.email.as_str()];
    let user_id = &session.session.user_id;
    let checked = match confirm(&browser, &session, &current).await? {
        Ok(checked) => checked,
        Err(refused) => {
            let shown = show_password(&browser, &session, refused.status, Some(&refused.sentence));
            return Ok(refused.come_back(shown));
        }
    };
    let chosen = choose(&browser, &new, &about).await;
    let mut work = browser.begin().await?;
    let changed = match &chosen {
        Ok(hash) => {
            let lifetimes = browser.state.app.sessions().lifetimes();
            change_own_password::change(&mut work, checked, hash, lifetimes)
                .await
                .map_err(failed)?
                .ok_or_else(|| wrong(&browser))
        }
        // The attempt is settled in any case, so that a wrong password counts whatever the new one is.
        Err(refusal) => Err(match attempt::complete(&mut work, checked).await? {
            LoginOutcome::Granted(_) => refusal.clone(),
            LoginOutcome::Refused => wrong(&browser),
        }),
    };
    let handle = match changed {
        Ok(handle) => handle,
        Err((status, sentence)) => {
            work.commit().await?;
            return Ok(show_password(&browser, &session, status, Some(&sentence)));
        }
    };
    if let Some(post) = browser.state.app.post() {
        recover::tell(&mut work, post, user_id, texts(&browser).locale())
            .await
            .map_err(failed)?;
    }
    work.commit().await?;
    let texts = texts(&browser);
    let account = address(&browser, "/account", &[], "");
    let told = (
        texts.mailbox_password_changed_title(),
        texts.mailbox_password_changed_text(),
    );
    let response = notice(
        &browser,
        StatusCode::OK,
        told,
        (&account, texts.mailbox_to_account()),
    );
    Ok(login::signed_in(&browser, response, &handle, user_id))
}

fn wrong(browser: &Browser) -> (StatusCode, String) {
    let sentence = texts(browser).mailbox_current_wrong();
    (StatusCode::UNAUTHORIZED, sentence.to_owned())
}

/// Asks for the new address.
pub async fn email(browser: Browser, SignedInPerson(_): SignedInPerson) -> Response {
    if !has_mail(&browser.state.app) {
        return no_mail(&browser);
    }
    show_email(&browser, StatusCode::OK, "", None)
}

/// Takes the new address, if the password is right, and has it written to.
pub async fn post_email(
    browser: Browser,
    SignedInPerson(session): SignedInPerson,
    OwnForm(params): OwnForm,
) -> Result<Response, PageError> {
    let mut params = read(params)?;
    let current = params.remove_secret("current").unwrap_or_default();
    let typed = params.get("email").unwrap_or_default();
    let texts = texts(&browser);
    let Ok(email) = EmailAddress::parse(typed) else {
        let problem = texts.mailbox_email_wrong();
        return Ok(show_email(
            &browser,
            StatusCode::BAD_REQUEST,
            typed,
            Some(problem),
        ));
    };
    let checked = match confirm(&browser, &session, &current).await? {
        Ok(checked) => checked,
        Err(refused) => {
            let shown = show_email(&browser, refused.status, typed, Some(&refused.sentence));
            return Ok(refused.come_back(shown));
        }
    };
    let keys = browser.state.app.token_issuer().keys.current();
    let link = |token: &Handle| address(&browser, CHANGE_EMAIL_FINISH, &[(TOKEN, token.expose())], "");
    let sign_in = address(&browser, InteractionPage::Login.path(), &[], "");
    let Some(letters) = letters(&browser, &keys, &link, &sign_in) else {
        return Ok(no_mail(&browser));
    };
    let mut work = browser.begin().await?;
    let LoginOutcome::Granted(person) = attempt::complete(&mut work, checked).await? else {
        work.commit().await?;
        let problem = texts.mailbox_current_wrong();
        return Ok(show_email(
            &browser,
            StatusCode::UNAUTHORIZED,
            typed,
            Some(problem),
        ));
    };
    change_email::begin(&mut work, letters, &person.user_id, &email)
        .await
        .map_err(failed)?;
    work.commit().await?;
    let account = address(&browser, "/account", &[], "");
    let told = (texts.mailbox_look_title(), texts.mailbox_email_sent_text());
    Ok(notice(
        &browser,
        StatusCode::OK,
        told,
        (&account, texts.mailbox_to_account()),
    ))
}

/// Asks whoever opened the link whether they mean it. Nothing is used up by it.
pub async fn finish_email(browser: Browser, Query(params): Query) -> Result<Response, PageError> {
    let params = params.unwrap_or_default();
    let Some(token) = token(&params) else {
        return Ok(over(&browser, CHANGE_EMAIL));
    };
    let mut work = browser.repeatable().await?;
    let found = verification::find(&mut work, VerificationKind::EmailChange, &token).await?;
    work.commit().await?;
    let Some(found) = found else {
        return Ok(over(&browser, CHANGE_EMAIL));
    };
    let texts = texts(&browser);
    let page = ConfirmPage {
        layout: &browser.layout(),
        title: texts.mailbox_email_confirm_title(),
        lead: texts.mailbox_email_confirm_lead(),
        email: &found.address,
        token: token.expose(),
        action: &action(&browser, CHANGE_EMAIL_FINISH),
        submit: texts.mailbox_email_confirm_submit(),
    };
    Ok(page::html(&page, FormAction::Own))
}

/// Gives the account the address, once.
pub async fn post_finish_email(browser: Browser, OwnForm(params): OwnForm) -> Result<Response, PageError> {
    let params: Params = read(params)?;
    let texts = texts(&browser);
    let keys = browser.state.app.token_issuer().keys.current();
    let nowhere = |_: &Handle| String::new();
    let Some(letters) = letters(&browser, &keys, &nowhere, "") else {
        return Ok(no_mail(&browser));
    };
    let Some(token) = token(&params) else {
        return Ok(over(&browser, CHANGE_EMAIL));
    };
    let mut work = browser.begin().await?;
    match change_email::finish(&mut work, letters, &token).await {
        Ok(EmailChange::Done(_)) => {
            work.commit().await?;
            let account = address(&browser, "/account", &[], "");
            let told = (
                texts.mailbox_email_changed_title(),
                texts.mailbox_email_changed_text(),
            );
            Ok(notice(
                &browser,
                StatusCode::OK,
                told,
                (&account, texts.mailbox_to_account()),
            ))
        }
        Ok(EmailChange::Over) => {
            work.rollback().await?;
            Ok(over(&browser, CHANGE_EMAIL))
        }
        Err(error) => {
            work.rollback().await?;
            // Somebody else has it by now.
            if error.is_taken() {
                Ok(over(&browser, CHANGE_EMAIL))
            } else {
                Err(failed(error))
            }
        }
    }
}

/// Why a password was not even checked.
struct Unchecked {
    status: StatusCode,
    sentence: String,
    seconds: u64,
}

impl Unchecked {
    fn come_back(&self, response: Response) -> Response {
        mailbox::come_back(response, self.seconds)
    }
}

/// Checks the password of whoever is signed in; what it comes to is decided in the transaction of the act.
async fn confirm(
    browser: &Browser,
    session: &LiveSession,
    current: &Secret,
) -> Result<Result<attempt::CheckedAttempt, Unchecked>, PageError> {
    let app = &browser.state.app;
    let at_present = |origin: Origin| app.context(origin);
    let confirmed = login::sign_in(app, &at_present)
        .confirm(browser.context.clone(), &session.session.user_id, current)
        .await?;
    let texts = texts(browser);
    Ok(match confirmed {
        Confirmation::Checked(checked) => Ok(checked),
        Confirmation::Locked { retry_after } => {
            let seconds = login::whole_seconds(retry_after);
            Err(Unchecked {
                status: StatusCode::TOO_MANY_REQUESTS,
                sentence: texts.mailbox_locked(&texts.wait(seconds)).plain(),
                seconds,
            })
        }
        Confirmation::Busy => Err(Unchecked {
            status: StatusCode::SERVICE_UNAVAILABLE,
            sentence: texts.mailbox_busy().to_owned(),
            seconds: 2,
        }),
    })
}

fn show_password(
    browser: &Browser,
    session: &LiveSession,
    status: StatusCode,
    problem: Option<&str>,
) -> Response {
    let texts = texts(browser);
    let page = PasswordPage {
        layout: &browser.layout(),
        title: texts.mailbox_change_password_title(),
        lead: texts.mailbox_change_password_lead(),
        email: &session.person.email,
        token: "",
        request: "",
        action: &action(browser, CHANGE_PASSWORD),
        name: None,
        asks_current: true,
        submit: texts.mailbox_save_password(),
        problem,
    };
    page::with_status(status, &page, FormAction::Own)
}

fn show_email(browser: &Browser, status: StatusCode, email: &str, problem: Option<&str>) -> Response {
    let texts = texts(browser);
    let page = AddressPage {
        layout: &browser.layout(),
        title: texts.mailbox_change_email_title(),
        lead: texts.mailbox_change_email_lead(),
        request: "",
        action: &action(browser, CHANGE_EMAIL),
        email,
        asks_password: true,
        submit: texts.mailbox_continue(),
        problem,
        back: &address(browser, "/account", &[], ""),
        back_label: texts.mailbox_to_account(),
    };
    page::with_status(status, &page, FormAction::Own)
}
