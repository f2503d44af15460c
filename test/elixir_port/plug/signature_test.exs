defmodule Thumbnailer.Plug.SignatureTest do
  use ExUnit.Case, async: true

  import Plug.Conn, only: [request: 2, sent_header: 2]
  import Thumbnailer.Fixtures

  @secret String.duplicate("s", 32)

  def secret, do: @secret

  defp plug(opts \\ []) do
    Thumbnailer.Plug.init(
      [at: "/t", root: root("samples/images"), sizes: [small: 60, large: 90], secret: @secret]
      |> Keyword.merge(opts)
    )
  end

  # With the tag known no thumbnail is made: this is about who may.
  defp status(address, plug \\ plug()),
    do: (address |> request([{"if-none-match", "*"}]) |> Thumbnailer.Plug.call(plug)).status

  defp signed_by_hand(path, expires) do
    mac = :crypto.mac(:hmac, :sha256, @secret, "#{expires}\n#{path}")
    query = URI.encode_query(expires: expires, signature: Base.url_encode64(mac, padding: false))
    path <> "?" <> query
  end

  test "an address that the owner of the secret made is answered" do
    assert plug() |> Thumbnailer.Plug.path(:small, "photo.jpg") |> status() == 304

    assert plug() |> Thumbnailer.Plug.path(:small, "/photo.jpg", expires_in: 60) |> status() ==
             304
  end

  test "none without a signature, with that of another secret, image, size or time is" do
    signed = Thumbnailer.Plug.path(plug(), :small, "photo.jpg", expires_in: 60)
    other = %{plug() | secret: String.duplicate("o", 32)}

    for address <- [
          "/t/small/photo.jpg",
          "/t/small/photo.jpg?signature=",
          "/t/small/photo.jpg?signature=%zz&&=",
          "/t/small/photo.jpg?signature=" <> String.duplicate("A", 43),
          Thumbnailer.Plug.path(other, :small, "photo.jpg"),
          String.replace(signed, "photo", "grey"),
          String.replace(signed, "small", "large"),
          String.replace(signed, "expires=", "expires=9"),
          String.replace(signed, ~r/expires=\d+&/, "")
        ] do
      assert {address, status(address)} == {address, 403}
    end
  end

  test "one that has expired is refused" do
    # Signed in the past by the same hand: what was left then is over.
    expired = System.system_time(:second) - 1
    address = signed_by_hand("/t/small/photo.jpg", expired)
    conn = address |> request([]) |> Thumbnailer.Plug.call(plug())
    assert %{status: 403, resp_body: "the address has expired\n"} = conn
  end

  test "an expiry that is no number is refused, though it was signed" do
    for expires <- ["1\n", "+99999999999", "never", "99999999999999999999", " 99999999999"] do
      assert {expires, status(signed_by_hand("/t/small/photo.jpg", expires))} == {expires, 403}
    end
  end

  test "a signature is good for one mount" do
    address = Thumbnailer.Plug.path(plug(), :small, "photo.jpg")
    moved = String.replace(address, "/t/", "/other/")
    assert status(address) == 304
    assert status(moved, plug(at: "/other")) == 403

    # Below a forward the mount is the beginning of the address, whoever takes it off.
    below = fn mount, address, plug ->
      conn = request(String.replace_prefix(address, mount, ""), [{"if-none-match", "*"}])

      Thumbnailer.Plug.call(%{conn | script_name: String.split(mount, "/", trim: true)}, plug).status
    end

    assert below.("/t", address, plug()) == 304
    assert below.("/other", moved, plug(at: "/other")) == 403
    unmounted = Thumbnailer.Plug.path(plug(at: ""), :small, "photo.jpg")
    assert below.("/other", "/other" <> unmounted, plug(at: "")) == 403
  end

  test "a secret that a function does not yield lets nobody in" do
    for {result, got} <- [
          {nil, "nil"},
          {"", "0 bytes"},
          {"short", "5 bytes"},
          {:secret, "something else"}
        ] do
      plug = plug(secret: {Function, :identity, [result]})

      message =
        ~r{option :secret is what Function.identity/1 yields, which must be a binary of 32 bytes or more, got: #{got}}

      assert_raise ArgumentError, message, fn -> status("/t/small/photo.jpg", plug) end

      assert_raise ArgumentError, message, fn ->
        Thumbnailer.Plug.path(plug, :small, "photo.jpg")
      end
    end
  end

  test "a secret is shown to nobody" do
    refute inspect(plug()) =~ @secret
    assert_raise ArgumentError, ~r/got: 7 bytes/, fn -> plug(secret: "secret7") end
  end

  test "what an address that expires leads to is not kept for longer than it" do
    age = fn opts ->
      conn =
        plug()
        |> Thumbnailer.Plug.path(:small, "photo.jpg", opts)
        |> request([{"if-none-match", "*"}])
        |> Thumbnailer.Plug.call(plug())

      "public, max-age=" <> seconds = sent_header(conn, "cache-control")
      String.to_integer(seconds)
    end

    assert age.([]) == 86_400
    assert age.(expires_in: 1_000_000) == 86_400
    assert age.(expires_in: 60) in 1..60
  end

  test "the secret may come from a function" do
    plug = plug(secret: {__MODULE__, :secret, []})
    assert plug |> Thumbnailer.Plug.path(:small, "photo.jpg") |> status(plug) == 304
  end

  test "an expiry needs a secret, and is a number of seconds" do
    open = %{plug() | secret: nil}

    assert_raise ArgumentError, ~r/:expires_in needs the option :secret/, fn ->
      Thumbnailer.Plug.path(open, :small, "photo.jpg", expires_in: 60)
    end

    assert_raise ArgumentError, ~r/:expires_in must be seconds, 1 or more, got: 0/, fn ->
      Thumbnailer.Plug.path(plug(), :small, "photo.jpg", expires_in: 0)
    end
  end
end
