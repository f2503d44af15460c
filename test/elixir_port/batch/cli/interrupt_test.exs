defmodule Thumbnailer.Batch.CLI.InterruptTest do
  # Whole runs of the task in an operating system process, stopped in every way that there is.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  @moduletag :real
  @moduletag timeout: 180_000

  setup do
    photos = folder()
    for n <- 1..60, do: File.cp!(sample("photo.jpg"), Path.join(photos, "#{n}.jpg"))
    {:ok, photos: photos, out: folder()}
  end

  # Large enough that there is time to stop.
  defp arguments(photos, out),
    do: [
      "thumbnailer.batch",
      photos,
      "--out",
      out,
      "--jobs",
      "1",
      "--size",
      "500",
      "--enlarge",
      "--format",
      "webp"
    ]

  defp environment, do: [{"MIX_ENV", "test"}]

  defp thumbnails(out), do: Path.wildcard(out <> "/**/*.webp")

  defp await_some(out),
    do: eventually(60_000, "no thumbnail was made", fn -> length(thumbnails(out)) > 5 end)

  defp inodes(out),
    do: for(path <- thumbnails(out), into: %{}, do: {path, File.stat!(path).inode})

  defp finish(photos, out) do
    {output, 0} =
      System.cmd("mix", arguments(photos, out) -- ["--quiet"],
        cd: root("elixir_port"),
        env: environment(),
        stderr_to_stdout: true
      )

    output
  end

  defp start(photos, out) do
    port =
      Port.open({:spawn_executable, System.find_executable("mix")}, [
        :binary,
        :exit_status,
        :stderr_to_stdout,
        cd: root("elixir_port"),
        args: arguments(photos, out),
        env: for({name, value} <- environment(), do: {to_charlist(name), to_charlist(value)})
      ])

    {:os_pid, os_pid} = Port.info(port, :os_pid)
    on_exit(fn -> clear_away(os_pid) end)
    {port, os_pid}
  end

  defp await_end(port, output \\ "") do
    receive do
      {^port, {:data, data}} -> await_end(port, output <> data)
      {^port, {:exit_status, status}} -> {status, output}
    after
      60_000 -> flunk("the batch did not end: #{output}")
    end
  end

  test "after kill -9 it goes on where it was, and makes nothing twice", %{
    photos: photos,
    out: out
  } do
    {port, os_pid} = start(photos, out)
    await_some(out)
    signal(os_pid, "KILL")
    await_end(port)
    before = inodes(out)
    assert map_size(before) < 60

    output = finish(photos, out)
    assert output =~ ~r/60 images: \d+ made, \d+ skipped, 0 failed/
    after_all = inodes(out)
    assert map_size(after_all) == 60
    again = for {path, inode} <- before, after_all[path] != inode, do: path
    # What was under way when it was killed: made, and not in the journal yet.
    assert length(again) <= 2

    assert Path.wildcard(out <> "/.thumbnailer/*", match_dot: true) |> Enum.map(&Path.basename/1) ==
             ["journal"]
  end

  test "SIGTERM finishes what runs, and says how to go on", %{photos: photos, out: out} do
    {port, os_pid} = start(photos, out)
    await_some(out)
    signal(os_pid, "TERM")
    {status, output} = await_end(port)
    assert status == 130
    assert output =~ "SIGTERM: finishing the images that are under way"
    assert output =~ "give the same command again to go on"
    before = inodes(out)
    assert map_size(before) in 6..59
    finish(photos, out)
    assert Map.take(inodes(out), Map.keys(before)) == before
  end

  for {name, input} <- [{"on a terminal", "terminal"}, {"with a list on standard input", "pipe"}] do
    test "Ctrl-C #{name} finishes what runs, and leaves the terminal as it was", %{
      photos: photos,
      out: out
    } do
      script = root("test/elixir_port/support/press_ctrl_c.py")
      python = System.get_env("THUMBNAILER_PYTHON", "python3")

      arguments =
        if unquote(input) == "pipe",
          do: ["-" | arguments(photos, out) |> List.delete(photos) |> tl()],
          else: tl(arguments(photos, out))

      {output, status} =
        System.cmd(
          python,
          [script, unquote(input), photos, out, "mix", "thumbnailer.batch" | arguments],
          cd: root("elixir_port"),
          env: environment()
        )

      assert {status, output =~ "Ctrl-C: finishing the images"} == {130, true}, output
      assert output =~ "give the same command again to go on"
      assert output =~ "terminal restored: True"
      assert length(thumbnails(out)) in 6..59
    end
  end
end
