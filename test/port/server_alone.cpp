// Linked with the whole of the server's library and nothing else of the program: a reference from the server to what
// runs in a worker would be undefined here.
int main() {}
