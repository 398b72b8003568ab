//! The choice of a language, at the foot of a page: kept in a cookie, and in the profile of whoever is signed in, so that
//! mail speaks it too. One statement for the session; two more if the profile names another language.

use axum::response::Response;
use http::header::SET_COOKIE;

use crate::http::extract::browser::Browser;
use crate::http::extract::own_form::OwnForm;
use crate::http::respond::page_error::PageError;
use crate::http::respond::redirect;
use crate::i18n::{Locale, Wish};
use crate::user::service as users;

/// The longest address that is led back to.
const LONGEST: usize = 4096;

/// Keeps the choice, and leads back to the page.
pub async fn post(browser: Browser, OwnForm(params): OwnForm) -> Result<Response, PageError> {
    let params = params.unwrap_or_default();
    let to = params.get("to").filter(|to| is_path(to)).unwrap_or("/");
    let mut response = redirect::see_other(&browser.state.app.issuer().url(to));
    let Some(locale) = params.get("language").and_then(Locale::parse) else {
        return Ok(response);
    };
    let choice = Wish {
        locale,
        at: browser.context.now,
    };
    if let Some(session) = browser.session().await?
        && session.person.locale != Some(locale)
    {
        let mut work = browser.begin().await?;
        users::set_locale(&mut work, &session.session.user_id, locale.tag()).await?;
        work.commit().await?;
    }
    if let Some(cookie) = browser.state.frames.keep(choice) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Whether a text is a path, with a query or without: behind the issuer it leads nowhere else.
fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_is_led_back_to() {
        for path in ["/", "/login?request=ar_1", "/oauth2/logout/done?client_id=shop"] {
            assert!(is_path(path), "{path}");
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        for other in [
            "",
            "login",
            "https://a.example/",
            ".a.example/",
            "@a.example",
            ":1/",
            "/a\r\nb",
            "/ü",
            &long,
        ] {
            assert!(!is_path(other), "{other:?}");
        }
    }
}
