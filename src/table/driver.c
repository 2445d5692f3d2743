/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `ethtool -S` of known drivers means: one row per name, checked against Linux 6.1 (and newer where it changed).
 * Not for: names that only repeat a field of stats64 under the same name with the same number (rx_missed_errors), which
 * source/netdev.c reads at every tick; names in the standard groups eth-mac and rmon; events that are no packets.
 * A driver's own name for a stats64 field is here (rx_out_of_buffer is rx_missed_errors): people search for it, and its
 * row in counter.c takes it off that field. Keys in _rx and _tx are for numbers in rx_dropped or tx_dropped too,
 * the same keys without it, and ethtool.rx_ring_full_own, for numbers that are in no field. Of a per-queue and a total
 * form only one is here.
 * Rows of one driver stand together; '*' stands for one or more digits.
 */
#include "table/table.h"

const struct driver_stat driver_rows[] = {
	/* virtio_net: up to 6.9 "rx_queue_0_xdp_drops", later "rx0_xdp_drops" beside the total "rx_xdp_drops" of
	 * the same packets: only the per-queue form is taken. "drops" is rx_dropped of stats64 and contains
	 * xdp_drops. What the device itself dropped (rx0_hw_drops, 6.10) comes by qstats. kicks and tx_timeouts are
	 * no packets. */
	{ "virtio_net", "rx_queue_*_xdp_drops", "ethtool.xdp_drop_rx",
	  "drivers/net/virtio_net.c virtnet_rq_stats_desc, receive_small" },
	{ "virtio_net", "rx*_xdp_drops", "ethtool.xdp_drop_rx", "drivers/net/virtio_net.c virtnet_get_stats_string" },
	{ "virtio_net", "tx_queue_*_xdp_tx_drops", "ethtool.xdp_redirect_failed",
	  "drivers/net/virtio_net.c virtnet_sq_stats_desc, virtnet_xdp_xmit" },
	{ "virtio_net", "tx*_xdp_tx_drops", "ethtool.xdp_redirect_failed",
	  "drivers/net/virtio_net.c virtnet_get_stats_string" },

	/* veth: xdp_drops (XDP_DROP and XDP_ABORTED) is in no stats64 field. drops is XDP_TX and XDP_REDIRECT that
	 * failed, and failed allocations; also in rx_dropped. A full ring is not here: it is tx_dropped of the
	 * sending end. xdp_tx_errors and xdp_xmit_errors (frames redirected to this device that its peer could not
	 * take) are in tx_dropped. */
	{ "veth", "rx_queue_*_xdp_drops", "ethtool.xdp_drop",
	  "drivers/net/veth.c veth_rq_stats_desc, veth_xdp_rcv_skb" },
	{ "veth", "rx_queue_*_drops", "ethtool.xdp_redirect_failed_rx",
	  "drivers/net/veth.c veth_rq_stats_desc, veth_xdp_rcv_one" },
	{ "veth", "rx_queue_*_xdp_tx_errors", "ethtool.xdp_redirect_failed_tx",
	  "drivers/net/veth.c veth_rq_stats_desc, veth_xdp_flush_bq" },
	{ "veth", "tx_queue_*_xdp_xmit_errors", "ethtool.xdp_redirect_failed_tx",
	  "drivers/net/veth.c veth_tq_stats_desc, veth_xdp_xmit" },

	/* e1000, e1000e: losses are all in stats64 (rx_missed_errors and the parts of rx_errors).
	 * rx_no_buffer_count is not a loss: the frame waits in the card and is lost only when rx_missed_errors
	 * counts it. alloc_rx_buff_failed: a refill that is tried again. rx_csum_offload_errors: passed up. */
	{ "e1000", "rx_flow_control_xoff", "ethtool.rx_pause",
	  "drivers/net/ethernet/intel/e1000/e1000_ethtool.c e1000_gstrings_stats" },
	{ "e1000", "tx_flow_control_xoff", "ethtool.tx_pause",
	  "drivers/net/ethernet/intel/e1000/e1000_ethtool.c e1000_gstrings_stats" },

	{ "e1000e", "rx_flow_control_xoff", "ethtool.rx_pause",
	  "drivers/net/ethernet/intel/e1000e/ethtool.c e1000_gstrings_stats" },
	{ "e1000e", "tx_flow_control_xoff", "ethtool.tx_pause",
	  "drivers/net/ethernet/intel/e1000e/ethtool.c e1000_gstrings_stats" },

	/* igb, igc: the queue's own drops (no descriptor) are added to rx_missed_errors in rx_fifo_errors.
	 * alloc_failed and csum_err of a queue are no losses. */
	{ "igb", "rx_queue_*_drops", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/intel/igb/igb_main.c igb_update_stats (RQDPC)" },
	{ "igb", "rx_flow_control_xoff", "ethtool.rx_pause",
	  "drivers/net/ethernet/intel/igb/igb_ethtool.c igb_gstrings_stats" },
	{ "igb", "tx_flow_control_xoff", "ethtool.tx_pause",
	  "drivers/net/ethernet/intel/igb/igb_ethtool.c igb_gstrings_stats" },

	{ "igc", "rx_queue_*_drops", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/intel/igc/igc_main.c igc_update_stats (RQDPC)" },
	{ "igc", "rx_flow_control_xoff", "ethtool.rx_pause",
	  "drivers/net/ethernet/intel/igc/igc_ethtool.c igc_gstrings_stats" },
	{ "igc", "tx_flow_control_xoff", "ethtool.tx_pause",
	  "drivers/net/ethernet/intel/igc/igc_ethtool.c igc_gstrings_stats" },

	/* ixgbe: rx_no_dma_resources (a queue without descriptors) is in no stats64 field; rx_missed_errors (packet
	 * buffer full) is the one of stats64. rx_csum_offload_errors, alloc_rx_*_failed, fdir_miss and
	 * non_eop_descs are no losses. */
	{ "ixgbe", "rx_no_dma_resources", "ethtool.rx_ring_full_own",
	  "drivers/net/ethernet/intel/ixgbe/ixgbe_main.c ixgbe_update_stats (QPRDC)" },
	{ "ixgbe", "rx_flow_control_xoff", "ethtool.rx_pause",
	  "drivers/net/ethernet/intel/ixgbe/ixgbe_ethtool.c ixgbe_gstrings_stats" },
	{ "ixgbe", "tx_flow_control_xoff", "ethtool.tx_pause",
	  "drivers/net/ethernet/intel/ixgbe/ixgbe_ethtool.c ixgbe_gstrings_stats" },

	/* i40e: port.rx_dropped was renamed port.rx_discards (port buffer full; in no stats64 field). A queue
	 * without descriptors is rx_missed_errors of stats64 (rx_dropped on older kernels). veb.* repeat what ports
	 * and queues count. */
	{ "i40e", "port.rx_dropped", "ethtool.rx_ring_full_own",
	  "drivers/net/ethernet/intel/i40e/i40e_ethtool.c i40e_gstrings_stats, before the rename" },
	{ "i40e", "port.rx_discards", "ethtool.rx_ring_full_own",
	  "drivers/net/ethernet/intel/i40e/i40e_ethtool.c i40e_gstrings_stats" },
	{ "i40e", "port.rx_undersize", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/intel/i40e/i40e_ethtool.c i40e_gstrings_stats" },
	{ "i40e", "port.rx_fragments", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/intel/i40e/i40e_ethtool.c i40e_gstrings_stats" },
	{ "i40e", "port.rx_oversize", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/intel/i40e/i40e_ethtool.c i40e_gstrings_stats" },
	{ "i40e", "port.rx_jabber", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/intel/i40e/i40e_ethtool.c i40e_gstrings_stats" },
	{ "i40e", "port.tx_dropped_link_down", "ethtool.tx_error",
	  "drivers/net/ethernet/intel/i40e/i40e_ethtool.c i40e_gstrings_stats" },
	{ "i40e", "port.link_xoff_rx", "ethtool.rx_pause",
	  "drivers/net/ethernet/intel/i40e/i40e_ethtool.c i40e_gstrings_stats" },
	{ "i40e", "port.link_xoff_tx", "ethtool.tx_pause",
	  "drivers/net/ethernet/intel/i40e/i40e_ethtool.c i40e_gstrings_stats" },

	/* iavf: rx_discards is rx_dropped, tx_discards is tx_dropped of stats64. */
	{ "iavf", "rx_discards", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/intel/iavf/iavf_virtchnl.c iavf_virtchnl_completion (GET_STATS)" },
	{ "iavf", "tx_discards", "ethtool.tx_error",
	  "drivers/net/ethernet/intel/iavf/iavf_virtchnl.c iavf_virtchnl_completion (GET_STATS)" },

	/* ice: rx_dropped (a queue without descriptors) is rx_dropped of stats64, rx_dropped.nic (port buffer full)
	 * is rx_missed_errors where the driver fills that. Bad frames are all summed in rx_errors of stats64. */
	{ "ice", "rx_dropped", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/intel/ice/ice_main.c ice_update_vsi_stats (rx_discards)" },
	{ "ice", "rx_dropped.nic", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/intel/ice/ice_main.c ice_update_vsi_stats (port rx_discards)" },
	{ "ice", "tx_dropped_link_down.nic", "ethtool.tx_error",
	  "drivers/net/ethernet/intel/ice/ice_ethtool.c ice_gstrings_pf_stats" },
	{ "ice", "link_xoff_rx.nic", "ethtool.rx_pause",
	  "drivers/net/ethernet/intel/ice/ice_ethtool.c ice_gstrings_pf_stats" },
	{ "ice", "link_xoff_tx.nic", "ethtool.tx_pause",
	  "drivers/net/ethernet/intel/ice/ice_ethtool.c ice_gstrings_pf_stats" },

	/* mlx5_core: totals are taken, not the rings (rx0_xdp_drop): they keep what closed rings had counted.
	 * rx_out_of_buffer is rx_missed_errors, rx_discards_phy is rx_dropped of stats64; rx_prio*_discards and
	 * rx_prio*_buf_discard repeat rx_discards_phy, rx_global_pause repeats rx_pause_ctrl_phy. CRC, length and
	 * RMON errors come by the eth-mac and rmon groups. rx_wqe_err (a broken completion), rx_buff_alloc_err (a
	 * refill), rx_arfs_err are no packets. */
	{ "mlx5_core", "rx_out_of_buffer", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_main.c mlx5e_get_stats" },
	{ "mlx5_core", "rx_discards_phy", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_main.c mlx5e_get_stats (if_in_discards)" },
	{ "mlx5_core", "rx_oversize_pkts_sw_drop", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c sw_stats_desc" },
	{ "mlx5_core", "rx_oversize_pkts_buffer", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c vnic_env_stats_drop_desc" },
	{ "mlx5_core", "rx_steer_missed_packets", "ethtool.hw_filter",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c vnic_env_stats_steer_desc" },
	{ "mlx5_core", "rx_xdp_drop", "ethtool.xdp_drop",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c sw_stats_desc" },
	{ "mlx5_core", "rx_xsk_xdp_drop", "ethtool.xdp_drop",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c sw_stats_desc" },
	{ "mlx5_core", "rx_xdp_tx_full", "ethtool.xdp_redirect_failed",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c sw_stats_desc" },
	{ "mlx5_core", "rx_xdp_tx_err", "ethtool.xdp_redirect_failed",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c sw_stats_desc" },
	{ "mlx5_core", "tx_xdp_full", "ethtool.xdp_redirect_failed",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c sw_stats_desc" },
	{ "mlx5_core", "tx_xdp_err", "ethtool.xdp_redirect_failed",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c sw_stats_desc" },
	{ "mlx5_core", "tx_queue_dropped", "ethtool.tx_error",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_main.c mlx5e_fold_sw_stats64" },
	{ "mlx5_core", "tx_discards_phy", "ethtool.tx_error",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_main.c mlx5e_get_stats (if_out_discards)" },
	{ "mlx5_core", "tx_errors_phy", "ethtool.tx_error",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c pport_2863_stats_desc" },
	{ "mlx5_core", "rx_pause_ctrl_phy", "ethtool.rx_pause",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c pport_802_3_stats_desc" },
	{ "mlx5_core", "rx_prio*_pause", "ethtool.rx_pause",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c pport_per_prio_pfc_stats_desc" },
	{ "mlx5_core", "tx_pause_ctrl_phy", "ethtool.tx_pause",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c pport_802_3_stats_desc" },
	{ "mlx5_core", "tx_prio*_pause", "ethtool.tx_pause",
	  "drivers/net/ethernet/mellanox/mlx5/core/en_stats.c pport_per_prio_pfc_stats_desc" },

	/* mlx4_en: the first 21 names are stats64 itself; rx0_xdp_drop and rx0_dropped repeat rx_xdp_drop and
	 * rx_dropped. */
	{ "mlx4_en", "rx_xdp_drop", "ethtool.xdp_drop",
	  "drivers/net/ethernet/mellanox/mlx4/en_port.c mlx4_en_DUMP_ETH_STATS" },
	{ "mlx4_en", "rx_xdp_redirect_fail", "ethtool.xdp_redirect_failed",
	  "drivers/net/ethernet/mellanox/mlx4/en_port.c mlx4_en_DUMP_ETH_STATS" },
	{ "mlx4_en", "rx_xdp_tx_full", "ethtool.xdp_redirect_failed",
	  "drivers/net/ethernet/mellanox/mlx4/en_port.c mlx4_en_DUMP_ETH_STATS" },
	{ "mlx4_en", "rx_pause", "ethtool.rx_pause", "drivers/net/ethernet/mellanox/mlx4/en_ethtool.c main_strings" },
	{ "mlx4_en", "tx_pause", "ethtool.tx_pause", "drivers/net/ethernet/mellanox/mlx4/en_ethtool.c main_strings" },

	/* bnxt_en: rings are taken because the totals were renamed (rx_total_discard_pkts, later
	 * rx_total_ring_discards); rx_discards is rx_missed_errors and tx_errors is tx_dropped of stats64.
	 * rx_errors of a ring may repeat the port's bad frames, which come by the eth-mac and rmon groups.
	 * rx_l4_csum_errors are passed up. */
	{ "bnxt_en", "[*]: rx_discards", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/broadcom/bnxt/bnxt.c bnxt_get_ring_stats" },
	{ "bnxt_en", "rx_total_oom_discards", "ethtool.rx_no_memory",
	  "drivers/net/ethernet/broadcom/bnxt/bnxt_ethtool.c bnxt_ring_err_stats_arr" },
	{ "bnxt_en", "[*]: tx_errors", "ethtool.tx_error",
	  "drivers/net/ethernet/broadcom/bnxt/bnxt.c bnxt_get_ring_stats" },
	{ "bnxt_en", "[*]: tx_discards", "ethtool.tx_error",
	  "drivers/net/ethernet/broadcom/bnxt/bnxt_ethtool.c bnxt_ring_tx_stats_str" },
	{ "bnxt_en", "rx_pause_frames", "ethtool.rx_pause",
	  "drivers/net/ethernet/broadcom/bnxt/bnxt_ethtool.c bnxt_port_stats_arr" },
	{ "bnxt_en", "tx_pause_frames", "ethtool.tx_pause",
	  "drivers/net/ethernet/broadcom/bnxt/bnxt_ethtool.c bnxt_port_stats_arr" },

	/* ena: the allowances are in no stats64 field. A failed redirect is counted by xdp_aborted
	 * (ena_xdp_execute). empty_rx_ring and refil_partial are refills, missed_tx a late completion, csum_bad is
	 * passed up. */
	{ "ena", "bw_in_allowance_exceeded", "ethtool.provider_limit",
	  "drivers/net/ethernet/amazon/ena/ena_ethtool.c ena_stats_eni_strings" },
	{ "ena", "bw_out_allowance_exceeded", "ethtool.provider_limit",
	  "drivers/net/ethernet/amazon/ena/ena_ethtool.c ena_stats_eni_strings" },
	{ "ena", "pps_allowance_exceeded", "ethtool.provider_limit",
	  "drivers/net/ethernet/amazon/ena/ena_ethtool.c ena_stats_eni_strings" },
	{ "ena", "conntrack_allowance_exceeded", "ethtool.provider_limit",
	  "drivers/net/ethernet/amazon/ena/ena_ethtool.c ena_stats_eni_strings" },
	{ "ena", "linklocal_allowance_exceeded", "ethtool.provider_limit",
	  "drivers/net/ethernet/amazon/ena/ena_ethtool.c ena_stats_eni_strings" },
	{ "ena", "queue_*_rx_skb_alloc_fail", "ethtool.rx_no_memory",
	  "drivers/net/ethernet/amazon/ena/ena_netdev.c ena_alloc_skb" },
	{ "ena", "queue_*_rx_xdp_drop", "ethtool.xdp_drop",
	  "drivers/net/ethernet/amazon/ena/ena_netdev.c ena_xdp_execute" },
	{ "ena", "queue_*_rx_xdp_aborted", "ethtool.xdp_aborted",
	  "drivers/net/ethernet/amazon/ena/ena_netdev.c ena_xdp_execute" },
	{ "ena", "queue_*_rx_xdp_invalid", "ethtool.xdp_aborted",
	  "drivers/net/ethernet/amazon/ena/ena_netdev.c ena_xdp_execute" },

	/* gve: rx_dropped and rx_dropped_pkt[0] are the sum of rx_skb_alloc_fail and rx_desc_err_dropped_pkt.
	 * rx_queue_drop_cnt is not taken: whether it contains the three other reports of the card is not
	 * documented. */
	{ "gve", "rx_no_buffers_posted[*]", "ethtool.rx_ring_full_own",
	  "drivers/net/ethernet/google/gve/gve_adminq.h enum gve_stat_names" },
	{ "gve", "rx_skb_alloc_fail", "ethtool.rx_no_memory",
	  "drivers/net/ethernet/google/gve/gve_ethtool.c gve_get_ethtool_stats" },
	{ "gve", "rx_desc_err_dropped_pkt", "ethtool.rx_bad_frame", "drivers/net/ethernet/google/gve/gve_rx.c gve_rx" },
	{ "gve", "rx_drops_packet_over_mru[*]", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/google/gve/gve_adminq.h enum gve_stat_names" },
	{ "gve", "rx_drops_invalid_checksum[*]", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/google/gve/gve_adminq.h enum gve_stat_names" },
	{ "gve", "tx_dropped", "ethtool.tx_error", "drivers/net/ethernet/google/gve/gve_tx.c gve_tx (dropped_pkt)" },
	{ "gve", "rx_xdp_drop[*]", "ethtool.xdp_drop",
	  "drivers/net/ethernet/google/gve/gve_ethtool.c gve_gstrings_rx_stats" },
	{ "gve", "rx_xdp_aborted[*]", "ethtool.xdp_aborted",
	  "drivers/net/ethernet/google/gve/gve_ethtool.c gve_gstrings_rx_stats" },
	{ "gve", "rx_xdp_tx_errors[*]", "ethtool.xdp_redirect_failed",
	  "drivers/net/ethernet/google/gve/gve_ethtool.c gve_gstrings_rx_stats" },
	{ "gve", "rx_xdp_redirect_errors[*]", "ethtool.xdp_redirect_failed",
	  "drivers/net/ethernet/google/gve/gve_ethtool.c gve_gstrings_rx_stats" },
	{ "gve", "tx_xdp_xmit_errors[*]", "ethtool.xdp_redirect_failed",
	  "drivers/net/ethernet/google/gve/gve_ethtool.c gve_gstrings_tx_stats" },

	/* tg3: rx_discards is rx_missed_errors, tx_discards is tx_aborted_errors of stats64; rxbds_empty counts
	 * moments, not frames; other bad frames are in stats64. */
	{ "tg3", "rx_discards", "ethtool.rx_ring_full", "drivers/net/ethernet/broadcom/tg3.c tg3_get_nstats" },
	{ "tg3", "rx_fragments", "ethtool.rx_bad_frame", "drivers/net/ethernet/broadcom/tg3.c ethtool_stats_keys" },
	{ "tg3", "rx_jabbers", "ethtool.rx_bad_frame", "drivers/net/ethernet/broadcom/tg3.c ethtool_stats_keys" },
	{ "tg3", "tx_discards", "ethtool.tx_error", "drivers/net/ethernet/broadcom/tg3.c tg3_get_nstats" },
	{ "tg3", "tx_mac_errors", "ethtool.tx_error", "drivers/net/ethernet/broadcom/tg3.c tg3_get_nstats" },
	{ "tg3", "rx_xoff_pause_rcvd", "ethtool.rx_pause", "drivers/net/ethernet/broadcom/tg3.c ethtool_stats_keys" },
	{ "tg3", "tx_xoff_sent", "ethtool.tx_pause", "drivers/net/ethernet/broadcom/tg3.c ethtool_stats_keys" },

	/* r8169: rx_missed is rx_missed_errors of stats64; the chip keeps 16 bits of it. rx_errors and
	 * align_errors: rx_errors of stats64 and the eth-mac group. */
	{ "r8169", "rx_missed", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/realtek/r8169_main.c rtl8169_get_stats64" },

	/* vmxnet3: the names are indented below "Rx Queue#" lines and repeat for each queue; blanks around a name
	 * do not count. "pkts rx OOB" is in no stats64 field. "ring full" only stops the queue. "drv dropped rx
	 * total" (err, fcs, no memory) is rx_dropped, "pkts rx err" is rx_errors of stats64. */
	{ "vmxnet3", "pkts rx OOB", "ethtool.rx_ring_full_own",
	  "drivers/net/vmxnet3/vmxnet3_ethtool.c vmxnet3_rq_dev_stats" },
	{ "vmxnet3", "drv dropped tx total", "ethtool.tx_error",
	  "drivers/net/vmxnet3/vmxnet3_ethtool.c vmxnet3_get_stats64" },
	{ "vmxnet3", "pkts tx discard", "ethtool.tx_error",
	  "drivers/net/vmxnet3/vmxnet3_ethtool.c vmxnet3_tq_dev_stats" },
	{ "vmxnet3", "xdp drops", "ethtool.xdp_drop", "drivers/net/vmxnet3/vmxnet3_ethtool.c vmxnet3_rq_driver_stats" },
	{ "vmxnet3", "xdp aborted", "ethtool.xdp_aborted",
	  "drivers/net/vmxnet3/vmxnet3_ethtool.c vmxnet3_rq_driver_stats" },

	/* hv_netvsc: the tx ones are parts of tx_dropped of stats64. tx_busy is tried again, tx_send_full takes
	 * another way, rx_comp_busy delays an answer: no losses. vf_tx_dropped is the queue of the other device. */
	{ "hv_netvsc", "rx_no_memory", "ethtool.rx_no_memory", "drivers/net/hyperv/netvsc_drv.c netvsc_recv_callback" },
	{ "hv_netvsc", "tx_no_space", "ethtool.tx_ring_full", "drivers/net/hyperv/netvsc_drv.c netvsc_xmit" },
	{ "hv_netvsc", "tx_no_memory", "ethtool.tx_error", "drivers/net/hyperv/netvsc_drv.c netvsc_xmit" },
	{ "hv_netvsc", "tx_too_big", "ethtool.tx_error", "drivers/net/hyperv/netvsc_drv.c netvsc_xmit" },
	{ "hv_netvsc", "vlan_error", "ethtool.tx_error", "drivers/net/hyperv/netvsc_drv.c netvsc_xmit" },
	{ "hv_netvsc", "rx_queue_*_xdp_drop", "ethtool.xdp_drop",
	  "drivers/net/hyperv/netvsc_drv.c netvsc_recv_callback" },

	/* bnx2x: totals are taken; "[0]: rx_discards" and the like repeat them. rx_discards is rx_fifo_errors and
	 * the brb ones are rx_over_errors of stats64; CRC, alignment and length errors are in stats64 under names
	 * of their own. */
	{ "bnx2x", "rx_discards", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/broadcom/bnx2x/bnx2x_stats.c bnx2x_net_stats_update (no_buff_discard)" },
	{ "bnx2x", "rx_brb_discard", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/broadcom/bnx2x/bnx2x_stats.c bnx2x_net_stats_update (brb_drop)" },
	{ "bnx2x", "rx_brb_truncate", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/broadcom/bnx2x/bnx2x_stats.c bnx2x_net_stats_update (brb_truncate)" },
	{ "bnx2x", "rx_skb_alloc_discard", "ethtool.rx_no_memory",
	  "drivers/net/ethernet/broadcom/bnx2x/bnx2x_ethtool.c bnx2x_stats_arr" },
	{ "bnx2x", "rx_phy_ip_err_discards", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/broadcom/bnx2x/bnx2x_cmn.c bnx2x_rx_int" },
	{ "bnx2x", "rx_fragments", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/broadcom/bnx2x/bnx2x_ethtool.c bnx2x_stats_arr" },
	{ "bnx2x", "rx_jabbers", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/broadcom/bnx2x/bnx2x_ethtool.c bnx2x_stats_arr" },
	{ "bnx2x", "rx_filtered_packets", "ethtool.hw_filter",
	  "drivers/net/ethernet/broadcom/bnx2x/bnx2x_ethtool.c bnx2x_stats_arr" },
	{ "bnx2x", "rx_mf_tag_discard", "ethtool.hw_filter",
	  "drivers/net/ethernet/broadcom/bnx2x/bnx2x_ethtool.c bnx2x_stats_arr" },
	{ "bnx2x", "tx_mac_errors", "ethtool.tx_error",
	  "drivers/net/ethernet/broadcom/bnx2x/bnx2x_stats.c bnx2x_net_stats_update" },
	{ "bnx2x", "rx_pause_frames", "ethtool.rx_pause",
	  "drivers/net/ethernet/broadcom/bnx2x/bnx2x_ethtool.c bnx2x_stats_arr" },
	{ "bnx2x", "tx_pause_frames", "ethtool.tx_pause",
	  "drivers/net/ethernet/broadcom/bnx2x/bnx2x_ethtool.c bnx2x_stats_arr" },

	/* qede: no_buff_discards is rx_fifo_errors and tx_err_drop_pkts is tx_errors of stats64; CRC and alignment
	 * errors are there under names of their own. xdp_no_pass also counts frames that were sent or redirected. */
	{ "qede", "no_buff_discards", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/qlogic/qede/qede_main.c qede_get_stats64" },
	{ "qede", "brb_discards", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
	{ "qede", "brb_truncates", "ethtool.rx_ring_full",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
	{ "qede", "*: rx_alloc_errors", "ethtool.rx_no_memory",
	  "drivers/net/ethernet/qlogic/qede/qede_fp.c qede_rx_process_cqe" },
	{ "qede", "*: rx_hw_errors", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/qlogic/qede/qede_fp.c qede_rx_process_cqe" },
	{ "qede", "rx_oversize_packets", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
	{ "qede", "rx_undersize_packets", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
	{ "qede", "rx_fragments", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
	{ "qede", "rx_jabbers", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
	{ "qede", "ttl0_discard", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
	{ "qede", "packet_too_big_discard", "ethtool.rx_bad_frame",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
	{ "qede", "mftag_filter_discards", "ethtool.hw_filter",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
	{ "qede", "mac_filter_discards", "ethtool.hw_filter",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
	{ "qede", "gft_filter_drop", "ethtool.hw_filter",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
	{ "qede", "tx_err_drop_pkts", "ethtool.tx_error",
	  "drivers/net/ethernet/qlogic/qede/qede_main.c qede_get_stats64" },
	{ "qede", "*_*: tx_mem_alloc_err", "ethtool.tx_error",
	  "drivers/net/ethernet/qlogic/qede/qede_fp.c qede_start_xmit" },
	{ "qede", "rx_pause_frames", "ethtool.rx_pause",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
	{ "qede", "tx_pause_frames", "ethtool.tx_pause",
	  "drivers/net/ethernet/qlogic/qede/qede_ethtool.c qede_stats_arr" },
};
const size_t driver_count = ARRAY_SIZE(driver_rows);
