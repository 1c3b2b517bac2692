// Run by browsers that know no modules, and so would run nothing of the page: core/cannot_run.js hears it.
throw new Error("no modules");
