// As create-next-app sets it: what is read at a request has to stand below a Suspense.
export default { cacheComponents: true, partialPrefetching: true };
