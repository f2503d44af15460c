defmodule Thumbnailer.Fixtures do
  @moduledoc false
  # What the tests are made with: port programs, files, folders, operating system processes.

  import ExUnit.Assertions

  @root Path.expand("../../..", __DIR__)

  def root(path), do: Path.join(@root, path)

  @doc "A port program that does one thing wrong, from test/elixir_port/fake_programs."
  def fake(name), do: root("test/elixir_port/fake_programs/" <> name)

  @doc "The port program with fault points, beside the one that is tested."
  def faulty do
    {:ok, program} = Thumbnailer.Port.Executable.find(nil)
    Path.join(Path.dirname(program), "thumbnailer_faulty")
  end

  def sample(name), do: root("samples/images/" <> name)

  @doc "The module of a step of samples/steps."
  def step(name), do: root("samples/steps/#{name}.wasm")

  @doc "The same step as another module, which nobody has translated yet: a custom section more."
  def changed_step(name) do
    unique = :crypto.strong_rand_bytes(16)
    File.read!(step(name)) <> <<0, 18, 1, "x", unique::binary>>
  end

  @doc "The port program on a machine that lacks what translates steps."
  def without_tools do
    {:ok, program} = Thumbnailer.Port.Executable.find(nil)
    path = Path.join(folder(), "thumbnailer")

    File.write!(path, """
    #!/bin/sh
    if [ "$1 $2" = "step translate" ]; then
        echo "thumbnailer: untranslated: there is no wasm2c: apt-get install wabt gcc" >&2
        exit 4
    fi
    exec #{program} "$@"
    """)

    File.chmod!(path, 0o755)
    path
  end

  @doc "Starts an instance that ends with the test, and yields its name."
  def start_instance(name, opts \\ []) do
    ExUnit.Callbacks.start_supervised!({Thumbnailer, [name: name] ++ opts})
    name
  end

  @doc "An instance of a misbehaving program, for which nobody waits long at the end of a test."
  def start_fake(name, program, opts \\ []),
    do: start_instance(name, [executable: fake(program)] ++ Keyword.put_new(opts, :shutdown, 50))

  @doc "As `start_fake/3`, and waits until the program is up: deadlines that a test is about begin then. Yields its os pid."
  def start_fake_up(name, program, opts \\ []) do
    start_fake(name, program, opts)
    os_pid(name)
  end

  @doc "A copy of a misbehaving program that keeps a file beside itself, in a folder that ends with the test."
  def copied_fake(program) do
    folder = folder()
    for name <- [program, "fake.py"], do: File.cp!(fake(name), Path.join(folder, name))
    Path.join(folder, program)
  end

  @doc "A folder that ends with the test."
  def folder do
    path =
      Path.join(
        System.tmp_dir!(),
        "thumbnailer-#{System.unique_integer([:positive])}-#{System.pid()}"
      )

    File.mkdir_p!(path)
    ExUnit.Callbacks.on_exit(fn -> File.rm_rf!(path) end)
    path
  end

  @doc "The rows of a table of test/contract, each a map by column name."
  def contract(table) do
    [header | rows] =
      for line <-
            root("test/contract/#{table}.tsv") |> File.read!() |> String.split("\n", trim: true),
          do: String.split(line, "\t")

    Enum.map(rows, &Map.new(Enum.zip(header, &1)))
  end

  def os_pid(name) do
    {:ok, %{os_pid: os_pid}} = Thumbnailer.info(name)
    os_pid
  end

  def signal(os_pid, signal),
    do: {"", 0} = System.cmd("/bin/sh", ["-c", "kill -#{signal} #{os_pid}"])

  @doc "Ends a process that a test may have left behind."
  def clear_away(os_pid),
    do: System.cmd("/bin/sh", ["-c", "kill -KILL #{os_pid}"], stderr_to_stdout: true)

  @doc "Whether the process is there and not a zombie that waits for its parent."
  def os_pid_running?(os_pid),
    do: match?({state, _parent} when state not in ["Z", "X"], stat(os_pid))

  @doc "The workers of a program, without the process that forks them and those that write files."
  def workers_of(os_pid),
    do:
      for(
        child <- children_of(os_pid),
        File.read("/proc/#{child}/comm") == {:ok, "thumb-worker\n"},
        do: child
      )

  def children_of(os_pid) do
    for name <- File.ls!("/proc"),
        {child, ""} <- [Integer.parse(name)],
        {_state, ^os_pid} <- [stat(child)],
        do: child
  end

  # The name, in parentheses, may hold anything: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  defp stat(os_pid) do
    case File.read("/proc/#{os_pid}/stat") do
      {:ok, stat} ->
        [state, parent | _rest] = stat |> String.split(")") |> List.last() |> String.split()
        {state, String.to_integer(parent)}

      {:error, _gone} ->
        nil
    end
  end

  @doc "The process ends within `milliseconds`; operating system processes send no message, so it is asked."
  def assert_os_pid_exited(os_pid, milliseconds \\ 1_000) do
    eventually(milliseconds, "os pid #{os_pid} is still there", fn ->
      not os_pid_running?(os_pid)
    end)
  end

  @doc "Waits until the group has `count` members that are up."
  def await_members(group, count) do
    eventually(60_000, "#{group} has not #{count} members", fn ->
      Enum.count(Thumbnailer.Cluster.members(group), &(&1.state == :up)) == count
    end)
  end

  @doc "The condition holds within `milliseconds`. For what sends no message when it happens."
  def eventually(milliseconds \\ 5_000, complaint, condition) do
    deadline = System.monotonic_time(:millisecond) + milliseconds
    poll(deadline, complaint, condition)
  end

  defp poll(deadline, complaint, condition) do
    cond do
      condition.() -> :ok
      System.monotonic_time(:millisecond) > deadline -> flunk(complaint)
      true -> Process.sleep(10) && poll(deadline, complaint, condition)
    end
  end

  @doc "Becomes a process called `name` that says its alias to `to` and then passes on what it gets."
  def relay(to, name) do
    Process.register(self(), name)
    send(to, {:alias, :erlang.alias()})
    pass_on(to)
  end

  defp pass_on(to) do
    receive do
      message ->
        send(to, {self(), message})
        pass_on(to)
    end
  end

  @doc "As many callers as there are elements, all at the same time; their results in order."
  def all_at_once(elements, call) do
    elements |> Enum.map(&Task.async(fn -> call.(&1) end)) |> Task.await_many(60_000)
  end
end
