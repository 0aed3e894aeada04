/* Goes on by itself where a person would only press one button. */
document.querySelector("form[data-onward]").requestSubmit();
