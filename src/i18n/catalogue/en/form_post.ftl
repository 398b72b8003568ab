### The page that carries an answer to the application.

form-post-title = Continue
form-post-heading = Almost there
form-post-text = You are being sent back to the application. If nothing happens, press the button.
form-post-continue = Continue
