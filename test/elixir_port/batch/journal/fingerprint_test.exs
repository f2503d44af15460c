defmodule Thumbnailer.Batch.Journal.FingerprintTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch.Journal.Fingerprint

  @past 1_600_000_000

  setup do
    path = Path.join(folder(), "a.jpg")
    File.write!(path, :binary.copy("abcdefgh", 400_000))
    File.touch!(path, @past)
    {:ok, then} = Fingerprint.stat(path)
    {:ok, then} = Fingerprint.authenticate(then, path)
    {:ok, path: path, then: then}
  end

  defp same?(then, path) do
    {:ok, now} = Fingerprint.stat(path)
    match?({:same, _now}, Fingerprint.compare(then, now, path))
  end

  test "a file that nobody touched is the same, unread", %{path: path, then: then} do
    assert same?(%{then | mac: String.duplicate("m", 48)}, path)
  end

  test "a file that was touched is the same while its bytes are", %{path: path, then: then} do
    File.touch!(path, @past + 10)
    assert same?(then, path)
  end

  test "one byte in the middle is another file, whatever its size and time of change say", %{
    path: path,
    then: then
  } do
    {:ok, file} = :file.open(path, [:read, :write, :raw])
    :ok = :file.pwrite(file, 2_000_001, "X")
    :ok = :file.close(file)
    File.touch!(path, @past + 10)
    refute same?(then, path)
  end

  test "a file that was read in the second of its change is read again", %{path: path, then: then} do
    assert same?(%{then | read_at: @past}, path)
    refute same?(%{then | read_at: @past, mac: String.duplicate("m", 48)}, path)
  end

  test "an authenticator is Poly1305 of all bytes with a key of its own", %{
    path: path,
    then: then
  } do
    <<key::binary-32, tag::binary-16>> = then.mac
    assert tag == :crypto.mac(:poly1305, key, File.read!(path))
    {:ok, again} = Fingerprint.authenticate(%{then | mac: nil}, path)
    refute binary_part(again.mac, 0, 32) == key
  end

  test "a file of which something else is known is another one once it is touched", %{
    path: path,
    then: then
  } do
    File.touch!(path, @past + 10)
    refute same?(%{then | mac: <<4::512>>}, path)
    refute same?(%{then | mac: nil}, path)
  end

  test "what is no file is told" do
    assert {:error, %{reason: :not_found}} = Fingerprint.stat("/nowhere/a.jpg")
    assert {:error, %{reason: :not_a_file}} = Fingerprint.stat("/")
  end
end
