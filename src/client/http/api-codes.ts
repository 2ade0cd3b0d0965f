// Codes of the coordinator that this package acts on. Imported as `* as CODE`: a build puts the numbers where they are used.
export const accessKey = 2;
export const input = 4;
export const authentication = 5;
export const rateLimit = 9;
export const notFound = 16;
export const notAllowed = 17;
export const tokenExpired = 40;
export const tokenNotYetValid = 41;
export const tokenUsedBeforeIssued = 42;
export const tokenSignature = 43;
export const connectionIdUnknown = 46;
export const tooManyConnections = 71;
