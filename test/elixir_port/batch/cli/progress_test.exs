defmodule Thumbnailer.Batch.CLI.ProgressTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch
  alias Thumbnailer.Batch.CLI.Progress

  # The fake program makes a thumbnail of anything.
  defp batch(name) do
    %Batch{
      patterns: [root("test/elixir_port/**/*.exs")],
      out: folder(),
      on: start_fake(name, "echo"),
      options: [format: :png]
    }
  end

  test "where there is no terminal each line stands, and in the end all are counted", %{
    test: name
  } do
    {:ok, device} = StringIO.open("")
    {:ok, %{done: done}} = Progress.run(batch(name), & &1, device, false, 0)
    {"", written} = StringIO.contents(device)
    lines = String.split(written, "\n", trim: true)
    assert length(lines) == done
    assert Enum.at(lines, 0) =~ ~r/^1\//
    assert List.last(lines) =~ "#{done}/#{done} (100 %)"
    refute written =~ "\e"
  end

  test "a batch that is over within the interval shows no line where there is no terminal", %{
    test: name
  } do
    {:ok, device} = StringIO.open("")
    {:ok, report} = Progress.run(batch(name), & &1, device, false, 3_600_000)
    assert report.done > 20
    assert StringIO.contents(device) == {"", ""}
  end

  test "on a terminal the line is cleared in the end", %{test: name} do
    {:ok, device} = StringIO.open("")
    {:ok, _report} = Progress.run(batch(name), & &1, device, true)
    {"", written} = StringIO.contents(device)
    assert String.ends_with?(written, "\r\e[2K")
    refute written =~ "\n"
  end

  defp links, do: self() |> Process.info(:links) |> elem(1) |> Enum.sort()

  test "the counting process is gone in the end", %{test: name} do
    batch = batch(name)
    {:ok, device} = StringIO.open("")
    before = links()
    {:ok, _report} = Progress.run(batch, & &1, device, true)
    assert links() == before
    refute_received {_ref, _count}
  end
end
