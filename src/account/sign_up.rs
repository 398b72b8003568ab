//! The pages of signing up. An address is asked for, its mailbox proven by a link or, in the same browser, a code, and
//! then name and password are chosen: before the proof there is no account. The answer is the same for an address that
//! has one. Showing a page changes nothing: mail programs open links.

use axum::response::Response;
use http::StatusCode;
use http::header::SET_COOKIE;

use super::invitation;
use super::login;
use super::mailbox::{
    self, RECOVERY, SIGN_UP_CODE, SIGN_UP_FINISH, TOKEN, action, address, choose, failed, has_mail, letters,
    no_mail, notice, over, read, request, texts, token,
};
use crate::authentication::verification::{self, CodeOutcome, Pending, VerificationKind};
use crate::base::display;
use crate::base::handle::{Handle, Kind};
use crate::base::id::VerificationId;
use crate::base::secret::Secret;
use crate::config::SignUpPolicy;
use crate::http::extract::browser::{Browser, FlowCookie};
use crate::http::extract::cookies::CookieName;
use crate::http::extract::flow::{Flow, Word};
use crate::http::extract::form::Query;
use crate::http::extract::own_form::OwnForm;
use crate::http::extract::params::Params;
use crate::http::respond::interaction_page::InteractionPage;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::page_error::PageError;
use crate::http::respond::redirect;
use crate::lifecycle::prove_mailbox::MailboxError;
use crate::lifecycle::sign_up_by_mail::{self, Admission, NewPerson, SignUpOutcome};
use crate::tenancy::invitation as invitations;
use crate::user::EmailAddress;
use crate::web::mailbox::{AddressPage, CodePage, PasswordPage};

const KIND: VerificationKind = VerificationKind::SignUp;

/// Asks for an address; the one that is invited stands there already.
pub async fn get(browser: Browser, Query(params): Query) -> Result<Response, PageError> {
    if !has_mail(&browser.state.app) {
        return Ok(no_mail(&browser));
    }
    let request = request(&params.unwrap_or_default());
    let invited = invited(&browser).await?;
    let settings = &browser.state.app.config().sign_up;
    if settings.policy == SignUpPolicy::Closed && invited.is_none() {
        return Ok(refuse(&browser, Admission::NotInvited, &request));
    }
    if settings.daily > 0 {
        let mut work = browser.repeatable().await?;
        let full = sign_up_by_mail::is_full(&mut work, settings).await?;
        work.commit().await?;
        if full {
            return Ok(refuse(&browser, Admission::FullToday, &request));
        }
    }
    let email = invited.unwrap_or_default();
    Ok(show(&browser, StatusCode::OK, &request, &email, None))
}

/// The address of the invitation that waits in this browser.
async fn invited(browser: &Browser) -> Result<Option<String>, PageError> {
    let Some(token) = invitation::waiting(browser) else {
        return Ok(None);
    };
    let mut work = browser.repeatable().await?;
    let found = invitations::find(&mut work, &token).await?;
    work.commit().await?;
    Ok(found.filter(|found| found.end.is_none()).map(|found| found.email))
}

/// Takes an address, and has its owner written to.
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
    let link = |token: &Handle| address(&browser, SIGN_UP_FINISH, &[(TOKEN, token.expose())], &request);
    let sign_in = address(&browser, InteractionPage::Login.path(), &[], "");
    let Some(letters) = letters(&browser, &keys, &link, &sign_in) else {
        return Ok(no_mail(&browser));
    };
    let invitation = invitation::waiting(&browser);
    let FlowCookie { handle, new_cookie } = browser.flow_cookie();
    let settings = &browser.state.app.config().sign_up;
    let mut work = browser.begin().await?;
    let admission = sign_up_by_mail::admission(&mut work, settings, &email, invitation.as_ref()).await?;
    if !matches!(admission, Admission::Admitted(_)) {
        work.rollback().await?;
        return Ok(refuse(&browser, admission, &request));
    }
    let proof = sign_up_by_mail::begin(&mut work, letters, &email, &handle)
        .await
        .map_err(failed)?;
    work.commit().await?;
    let next = address(&browser, SIGN_UP_CODE, &[("proof", proof.as_str())], &request);
    let mut response = redirect::see_other(&next);
    response
        .headers_mut()
        .extend(new_cookie.map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}

/// Waits for the code.
pub async fn code(browser: Browser, Query(params): Query) -> Response {
    let params = params.unwrap_or_default();
    show_code(&browser, StatusCode::OK, &params, None)
}

/// Takes the code: it is worth what the link is, in the browser that asked.
pub async fn post_code(browser: Browser, OwnForm(params): OwnForm) -> Result<Response, PageError> {
    let params = read(params)?;
    let texts = texts(&browser);
    let cookie = browser.cookie(CookieName::Flow);
    let Some(bound_to) = cookie.and_then(|text| Handle::parse(Kind::Flow, text.expose())) else {
        let again = address(&browser, InteractionPage::SignUp.path(), &[], &request(&params));
        let told = (texts.mailbox_cookies_title(), texts.mailbox_cookies_text());
        let next = (again.as_str(), texts.mailbox_start_again());
        return Ok(notice(&browser, StatusCode::BAD_REQUEST, told, next));
    };
    let proof = VerificationId::read(params.get("proof").unwrap_or_default());
    let typed = params.get("code").unwrap_or_default();
    let keys = browser.state.app.token_issuer().keys.current();
    let mut work = browser.single().await?;
    let outcome = verification::try_code(&mut work, &keys, KIND, &proof, &bound_to, typed)
        .await
        .map_err(|error| failed(error.into()))?;
    work.commit().await?;
    Ok(match outcome {
        CodeOutcome::Right(token) => {
            let proven = [(TOKEN, token.expose())];
            redirect::see_other(&address(&browser, SIGN_UP_FINISH, &proven, &request(&params)))
        }
        CodeOutcome::Wrong { left: 1.. } => {
            let problem = texts.mailbox_code_wrong();
            show_code(&browser, StatusCode::BAD_REQUEST, &params, Some(problem))
        }
        CodeOutcome::Wrong { left: 0 } | CodeOutcome::Over => {
            let problem = texts.mailbox_code_over();
            show_code(&browser, StatusCode::BAD_REQUEST, &params, Some(problem))
        }
    })
}

/// Asks whoever opened the link for name and password. Nothing is used up by it.
pub async fn finish(browser: Browser, Query(params): Query) -> Result<Response, PageError> {
    let params = params.unwrap_or_default();
    let Some((token, pending)) = pending(&browser, &params).await? else {
        return Ok(over(&browser, InteractionPage::SignUp.path()));
    };
    let form = Finish {
        token: &token,
        pending: &pending,
        params: &params,
    };
    Ok(form.show(&browser, StatusCode::OK, None))
}

/// Makes the account, once.
pub async fn post_finish(browser: Browser, OwnForm(params): OwnForm) -> Result<Response, PageError> {
    let mut params = read(params)?;
    let password = params.remove_secret("password").unwrap_or_default();
    let Some((token, pending)) = pending(&browser, &params).await? else {
        return Ok(over(&browser, InteractionPage::SignUp.path()));
    };
    let form = Finish {
        token: &token,
        pending: &pending,
        params: &params,
    };
    let name = params.get("name").unwrap_or_default().trim();
    if !display::is_name(name) {
        let problem = texts(&browser).mailbox_name_wrong();
        return Ok(form.show(&browser, StatusCode::BAD_REQUEST, Some(problem)));
    }
    form.make(&browser, name, &password).await
}

/// The proof of the token that the parameters hold, if it waits.
async fn pending(browser: &Browser, params: &Params) -> Result<Option<(Handle, Pending)>, PageError> {
    let Some(token) = token(params) else {
        return Ok(None);
    };
    let mut work = browser.repeatable().await?;
    let found = verification::find(&mut work, KIND, &token).await?;
    work.commit().await?;
    Ok(found.map(|found| (token, found)))
}

/// The last form, of a proof that waits.
struct Finish<'a> {
    token: &'a Handle,
    pending: &'a Pending,
    params: &'a Params,
}

impl Finish<'_> {
    fn show(&self, browser: &Browser, status: StatusCode, problem: Option<&str>) -> Response {
        let texts = texts(browser);
        let page = PasswordPage {
            layout: &browser.layout(),
            title: texts.mailbox_finish_title(),
            lead: texts.mailbox_finish_lead(),
            email: &self.pending.address,
            token: self.token.expose(),
            request: &request(self.params),
            action: &action(browser, SIGN_UP_FINISH),
            name: Some(self.params.get("name").unwrap_or_default()),
            asks_current: false,
            submit: texts.mailbox_create_account(),
            problem,
        };
        page::with_status(status, &page, FormAction::LeadsOut)
    }

    async fn make(&self, browser: &Browser, name: &str, password: &Secret) -> Result<Response, PageError> {
        let hash = match choose(browser, password, &[name, &self.pending.address]).await {
            Ok(hash) => hash,
            Err((status, problem)) => return Ok(self.show(browser, status, Some(&problem))),
        };
        // A request that is over, or was made elsewhere, leads nowhere; the account is made all the same.
        let flow = Flow::find_if_named(browser, self.params, Word::GoOn)
            .await
            .ok()
            .flatten();
        let (replaces, invitation) = (browser.session_handle(), invitation::waiting(browser));
        let app = &browser.state.app;
        let person = NewPerson {
            name,
            hash: &hash,
            language: texts(browser).locale().tag(),
            invitation: invitation.as_ref(),
            replaces: replaces.as_ref(),
            lifetimes: app.sessions().lifetimes(),
        };
        let mut work = browser.begin().await?;
        match sign_up_by_mail::finish(&mut work, &app.config().sign_up, self.token, person).await {
            Ok(SignUpOutcome::Made { user_id, handle }) => {
                work.commit().await?;
                let response = login::lead_on(browser, flow.as_ref());
                Ok(match handle {
                    Some(handle) => login::signed_in(browser, response, &handle, &user_id),
                    None => response,
                })
            }
            Ok(SignUpOutcome::Taken) => {
                work.commit().await?;
                Ok(taken(browser))
            }
            Ok(SignUpOutcome::Over) => {
                work.rollback().await?;
                Ok(over(browser, InteractionPage::SignUp.path()))
            }
            // The link is good for another day, or once there is an invitation.
            Ok(SignUpOutcome::Refused(admission)) => {
                work.rollback().await?;
                Ok(refuse(browser, admission, &request(self.params)))
            }
            Err(error) => {
                work.rollback().await?;
                if MailboxError::is_taken(&error) {
                    Ok(taken(browser))
                } else {
                    Err(failed(error))
                }
            }
        }
    }
}

/// Whoever proved the mailbox may know that it has an account.
fn taken(browser: &Browser) -> Response {
    let texts = texts(browser);
    let told = (texts.mailbox_taken_title(), texts.mailbox_taken_text());
    let next = address(browser, RECOVERY, &[], "");
    notice(
        browser,
        StatusCode::CONFLICT,
        told,
        (&next, texts.mailbox_forgot()),
    )
}

fn refuse(browser: &Browser, admission: Admission, request: &str) -> Response {
    let texts = texts(browser);
    let login = address(browser, InteractionPage::Login.path(), &[], request);
    let next = (login.as_str(), texts.mailbox_sign_in());
    match admission {
        Admission::FullToday => {
            let told = (texts.mailbox_full_title(), texts.mailbox_full_text());
            let seconds = 86_400 - browser.context.now.timestamp().rem_euclid(86_400).unsigned_abs();
            mailbox::come_back(
                notice(browser, StatusCode::TOO_MANY_REQUESTS, told, next),
                seconds,
            )
        }
        Admission::NotInvited | Admission::Admitted(_) => {
            let told = (texts.mailbox_closed_title(), texts.mailbox_closed_text());
            notice(browser, StatusCode::FORBIDDEN, told, next)
        }
    }
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
        title: texts.mailbox_sign_up_title(),
        lead: texts.mailbox_sign_up_lead(),
        request,
        action: &action(browser, InteractionPage::SignUp.path()),
        email,
        asks_password: false,
        submit: texts.mailbox_continue(),
        problem,
        back: &address(browser, InteractionPage::Login.path(), &[], request),
        back_label: texts.mailbox_have_account(),
    };
    page::with_status(status, &page, FormAction::Own)
}

fn show_code(browser: &Browser, status: StatusCode, params: &Params, problem: Option<&str>) -> Response {
    let request = request(params);
    let page = CodePage {
        layout: &browser.layout(),
        proof: params.get("proof").unwrap_or_default(),
        request: &request,
        action: &action(browser, SIGN_UP_CODE),
        problem,
        again: &address(browser, InteractionPage::SignUp.path(), &[], &request),
    };
    page::with_status(status, &page, FormAction::Own)
}
