defmodule Thumbnailer.Nodes do
  @moduledoc false
  # BEAM nodes of a cluster as operating system processes on the loopback interface, for tests and script/cluster-demo.
  # Each ends when its standard input does, so that none outlives the node that started it.

  @host "127.0.0.1"
  @cookie :thumbnailer_nodes

  # Schedulers that wait spin for a while, on processors that workers could use: docs/clustering.md.
  @no_busy_wait "+sbwt none +sbwtdcpu none +sbwtdio none"

  @program """
  spawn(fn -> IO.read(:stdio, :line) && System.halt(0) end)
  [group, workers, discover] = System.argv()
  {discover, []} = Code.eval_string(discover)
  Application.put_env(:thumbnailer, :default, false)
  {:ok, _} = Application.ensure_all_started(:thumbnailer)
  group = String.to_atom(group)
  options = [name: group, cluster: group, workers: String.to_integer(workers)]
  {:ok, _} = Thumbnailer.start_link(options ++ discover)
  {:ok, _} = Thumbnailer.info(group)
  IO.puts("ready")
  # The instance is linked to this process.
  Process.sleep(:infinity)
  """

  defstruct [:port, :os_pid, :node]

  @type t :: %__MODULE__{port: port, os_pid: pos_integer, node: node}

  @doc "Flags of an emulator that leaves its processors to workers."
  def no_busy_wait, do: @no_busy_wait

  @doc "Makes this BEAM a node."
  def distribute(name \\ "coordinator") do
    unless Node.alive?() do
      name_server()
      {:ok, _pid} = Node.start(full_name(name), :longnames)
      Node.set_cookie(@cookie)
    end

    :ok
  end

  @doc """
  Starts the name server of nodes, which every node would start by itself and leave behind, unless one is there.

  A port of its own it cannot have: where nodes look for it is decided when the emulator starts.
  """
  def name_server do
    unless match?({_names, 0}, epmd("-names")) do
      {_output, 0} = epmd("-daemon")
      Application.put_env(:thumbnailer, __MODULE__, true)
    end

    :ok
  end

  @doc "Ends the name server if `name_server/0` has started it and no node of anybody else's is left."
  def stop_name_server do
    _ = Node.stop()
    if Application.get_env(:thumbnailer, __MODULE__, false), do: epmd("-kill")
    :ok
  end

  defp epmd(argument), do: System.cmd("epmd", [argument], stderr_to_stdout: true)

  @doc """
  Starts a node whose instance joins `group`, and waits until it is ready and connected.

  `:flags` are of its emulator; `connect: false` leaves it to others; `:netns` is the network namespace that it runs in,
  and `:host` its address there; `:resolver` is the path of its `/etc/resolv.conf`, in a namespace; `:env` are variables of its environment,
  `:options` further ones of its instance.
  """
  def start(name, group, workers \\ 1, opts \\ []) do
    opts =
      Keyword.merge(
        [flags: "", connect: true, host: @host, netns: nil, resolver: nil, env: [], options: []],
        opts
      )

    node = full_name(name, opts[:host])

    port =
      open(
        elixir(
          node,
          ["-e", @program, to_string(group), to_string(workers), inspect(opts[:options])],
          opts[:flags]
        ),
        inside(opts[:netns], opts[:resolver]),
        opts[:env]
      )

    {:os_pid, os_pid} = Port.info(port, :os_pid)
    await_ready(port, name)
    if opts[:connect], do: true = connect(node)
    %__MODULE__{port: port, os_pid: os_pid, node: node}
  end

  @doc "The command line of a node, for nodes with other flags of the emulator."
  def elixir(node, arguments, flags \\ "") do
    [
      "--name",
      to_string(node),
      "--cookie",
      to_string(@cookie),
      "--erl",
      interface(node) <> flags,
      "-pa",
      ebin() | arguments
    ]
  end

  def full_name(name, host \\ @host), do: :"#{name}-#{run()}@#{host}"

  # Process numbers are the same in several containers, whose nodes may have one name server.
  defp run do
    with nil <- :persistent_term.get(__MODULE__, nil) do
      run = "#{System.pid()}-#{Base.encode32(:crypto.strong_rand_bytes(5), case: :lower)}"
      :persistent_term.put(__MODULE__, run)
      run
    end
  end

  @doc "Kills it, whatever state it is in."
  def stop(%__MODULE__{os_pid: os_pid}) do
    System.cmd("/bin/sh", ["-c", "kill -KILL #{os_pid}; kill -CONT #{os_pid}"],
      stderr_to_stdout: true
    )

    :ok
  end

  def signal(%__MODULE__{os_pid: os_pid}, signal),
    do: {"", 0} = System.cmd("/bin/sh", ["-c", "kill -#{signal} #{os_pid}"])

  @doc "Runs `ip`, which makes network namespaces and links."
  def ip(command), do: {_output, 0} = System.cmd("ip", String.split(command))

  @doc "Cuts the connection, and lets no new one come about until `heal/1`."
  def cut(%__MODULE__{node: node}) do
    Node.set_cookie(node, :wrong)
    Node.disconnect(node)
  end

  def heal(%__MODULE__{node: node}), do: connect(node)

  # One of the same name may have been cut off.
  defp connect(node) do
    Node.set_cookie(node, @cookie)
    Node.connect(node)
  end

  # Nothing of a test is to be reached from another machine. Members need no connections among themselves; where they
  # have them, kernel's global cuts off whole nodes when one connection of the mesh is lost.
  defp interface(node) do
    address = node |> to_string() |> String.split("@") |> List.last() |> String.replace(".", ",")
    "-kernel inet_dist_use_interface {#{address}} -connect_all false #{@no_busy_wait} "
  end

  defp ebin, do: :thumbnailer |> Application.app_dir("ebin") |> to_string()

  defp open(arguments, prefix, env) do
    [program | arguments] = prefix ++ [System.find_executable("elixir") | arguments]
    env = for {name, value} <- env, do: {to_charlist(name), to_charlist(value)}
    options = [:binary, :stderr_to_stdout, args: arguments, env: env]
    Port.open({:spawn_executable, program}, options)
  end

  defp inside(nil, nil), do: []
  defp inside(netns, nil), do: [System.find_executable("ip"), "netns", "exec", netns]

  # What is mounted there nobody else sees.
  defp inside(netns, resolver),
    do:
      inside(netns, nil) ++
        ["/bin/sh", "-c", ~s(mount --bind "$0" /etc/resolv.conf && exec "$@"), resolver]

  defp await_ready(port, name, output \\ "") do
    receive do
      {^port, {:data, data}} ->
        output = output <> data
        unless output =~ "ready", do: await_ready(port, name, output)
    after
      60_000 -> raise "the node #{name} did not start: #{output}"
    end
  end
end
