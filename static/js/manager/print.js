// A page that is made for paper has a button for it.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
