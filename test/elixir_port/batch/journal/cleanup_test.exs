defmodule Thumbnailer.Batch.Journal.CleanupTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch.Journal
  alias Thumbnailer.Batch.Journal.Cleanup

  # No process has a pid over the limit of Linux, 2^22.
  @dead 4_194_305

  setup do
    out = folder()
    File.mkdir_p!(Path.join(out, "deep/.er"))

    {:ok, out: out, put: fn name -> File.write!(Path.join(out, name), "thumbnail") && name end}
  end

  defp files(out) do
    for path <- Path.wildcard(out <> "/**", match_dot: true),
        File.regular?(path),
        do: Path.relative_to(path, out)
  end

  test "what a dead process left is deleted, and nothing else", %{out: out, put: put} do
    left = [".a.jpg.thumbnailer-#{@dead}-7", "deep/.er/.b.png.thumbnailer-#{@dead}-12"]
    alive = [".a.jpg.thumbnailer-#{System.pid()}-7", ".b.png.thumbnailer-#{System.pid()}-12"]

    others =
      ~w(a.jpg deep/b.png a.part .hidden .thumbnailer-1 c.thumbnailer-4194305-7 1-2.part b.png.4194305-12.part)

    for name <- left ++ alive ++ others, do: put.(name)
    assert Enum.sort(Cleanup.sweep(out)) == left |> Enum.map(&Path.join(out, &1)) |> Enum.sort()
    assert Enum.sort(files(out)) == Enum.sort(alive ++ others)
  end

  test "a journal sweeps when the last batch was killed, and only then", %{out: out, put: put} do
    name = put.(".a.jpg.thumbnailer-#{@dead}-7")
    File.mkdir_p!(Journal.Folder.path(out))
    {:ok, pid, _journal} = Journal.open(out, :write, out)
    # What a lock of this host looks like.
    [_pid, host, namespace | _rest] =
      out |> Path.join(".thumbnailer/lock") |> File.read!() |> String.split()

    Journal.close(pid)
    assert name in files(out)
    put.(".thumbnailer/lock")
    File.write!(Path.join(out, ".thumbnailer/lock"), "#{@dead} #{host} #{namespace} 1 token")
    {:ok, pid, _journal} = Journal.open(out, :write, out)
    Journal.close(pid)
    refute name in files(out)
  end
end
